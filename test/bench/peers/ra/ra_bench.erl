%% Three members of one Ra cluster on ONE Erlang node (no distribution, no epmd):
%% every member is an actor of this VM; all three share Ra's single WAL process.
%% Args: Durable(true|false) Payload Outstanding Priority(normal|low) Prealloc(true|false) WarmMs DurMs Dir
-module(ra_bench).
-behaviour(ra_machine).
-export([main/1, init/1, apply/3]).

init(_) -> {0, 0}.
apply(_Meta, {c, Bin}, {N, Sum}) -> {{N + 1, erlang:crc32(Sum, Bin)}, ok};
apply(_Meta, _, S) -> {S, ok}.

main([Dur, Pay, Out, Prio, Pre, WarmMs, DurMs, Dir]) ->
    try run(list_to_atom(Dur), int(Pay), int(Out), list_to_atom(Prio),
            list_to_atom(Pre), int(WarmMs), int(DurMs), Dir)
    catch C:E:S -> io:format(standard_error, "~p ~p ~p~n", [C, E, S]), halt(1)
    end,
    halt(0).

int(S) -> list_to_integer(S).

run(Durable, Payload, Out, Prio, Pre, WarmMs, DurMs, Dir) ->
    logger:set_primary_config(level, error),
    ok = application:load(ra),
    application:set_env(ra, data_dir, Dir),
    application:set_env(ra, logger_module, logger),
    application:set_env(ra, wal_pre_allocate, Pre),
    %% the sync method "none" skips the sync; in-memory runs put Dir on tmpfs as well
    application:set_env(ra, wal_sync_method,
                        case Durable of true -> datasync; false -> none end),
    {ok, _} = application:ensure_all_started(ra),
    {ok, _} = ra_system:start_default(),
    Ids = [{N, node()} || N <- [peer_a, peer_b, peer_c]],
    {ok, _, []} = ra:start_cluster(default, bench, {module, ?MODULE, #{}}, Ids),
    {ok, _, Leader} = ra:members(hd(Ids)),
    timer:sleep(300),
    Data = crypto:strong_rand_bytes(Payload - 8),
    Hist = counters:new(2000001, []),
    T0 = erlang:monotonic_time(microsecond),
    From = T0 + WarmMs * 1000,
    To = From + DurMs * 1000,
    Self = self(),
    spawn(fun() ->
                  sleep_until(From), A = cpu(),
                  sleep_until(To), B = cpu(),
                  Self ! {cpu, A, B}
          end),
    Starts = list_to_tuple([send(Leader, Prio, S, Data, S) || S <- lists:seq(1, Out)]),
    StartC = atomics:new(Out, []),
    [atomics:put(StartC, S, element(S, Starts)) || S <- lists:seq(1, Out)],
    Total = loop(Leader, Prio, Data, StartC, Hist, From, To, Out, Out),
    {CpuA, CpuB} = receive {cpu, A, B} -> {A, B} end,
    Same = settle(Ids, Total, 100),
    {C0, M0} = CpuA, {C1, M1} = CpuB,
    N = total(Hist, 1, 0),
    Vsn = proplists:get_value(ra, [{App, V} || {App, _, V} <- application:loaded_applications()]),
    io:format("{\"peer\":\"Ra\",\"version\":\"~s\",\"otp\":\"~s\",\"priority\":\"~p\",\"durable\":~p,\"payload\":~p,\"outstanding\":~p,"
              "\"opsPerSecond\":~p,\"p50Us\":~p,\"p99Us\":~p,\"maxUs\":~p,\"cpuSeconds\":~.2f,"
              "\"otherCpuSeconds\":~.2f,\"seconds\":~p,\"prealloc\":~p,\"verified\":~p}~n",
              [Vsn, erlang:system_info(otp_release), Prio, Durable, Payload, Out,
               round(N * 1000 / DurMs), q(Hist, N, 0.5), q(Hist, N, 0.99), q(Hist, N, 1.0),
               C1 - C0, (M1 - M0) - (C1 - C0), DurMs / 1000, Pre, Same]).

send(Leader, Prio, Slot, Data, Seq) ->
    T = erlang:monotonic_time(microsecond),
    ok = ra:pipeline_command(Leader, {c, <<Seq:64, Data/binary>>}, Slot, Prio),
    T.

%% closed loop; returns how many commands were sent in all
loop(_, _, _, _, _, _, _, 0, Sent) -> Sent;
loop(Leader, Prio, Data, StartC, Hist, From, To, Left, Sent) ->
    receive
        {ra_event, _, {applied, Applied}} ->
            Now = erlang:monotonic_time(microsecond),
            In = Now >= From andalso Now < To,
            {L2, S2} = lists:foldl(
              fun({Slot, _}, {L, S}) ->
                      In andalso counters:add(Hist, min(Now - atomics:get(StartC, Slot), 2000000) + 1, 1),
                      case Now < To of
                          true ->
                              atomics:put(StartC, Slot, send(Leader, Prio, Slot, Data, S + 1)),
                              {L, S + 1};
                          false -> {L - 1, S}
                      end
              end, {Left, Sent}, Applied),
            loop(Leader, Prio, Data, StartC, Hist, From, To, L2, S2);
        {ra_event, _, Other} -> error({unexpected, Other})
    after 10000 -> error(stuck)
    end.

settle(Ids, Total, Tries) ->
    St = [begin {ok, {_, S}, _} = ra:local_query(I, fun(X) -> X end), S end || I <- Ids],
    case [X || {N, _} = X <- lists:usort(St), N =:= Total] of
        [_] when Tries > 0 -> case lists:usort(St) of [_] -> true; _ -> again(Ids, Total, Tries) end;
        _ when Tries > 0 -> again(Ids, Total, Tries);
        _ -> false
    end.
again(Ids, Total, Tries) -> timer:sleep(100), settle(Ids, Total, Tries - 1).

sleep_until(T) ->
    case T - erlang:monotonic_time(microsecond) of
        D when D > 1000 -> timer:sleep(D div 1000), sleep_until(T);
        _ -> ok
    end.

%% CPU seconds of this process and busy seconds of the machine, from /proc
cpu() ->
    {ok, A} = file:read_file("/proc/self/stat"),
    [_, Rest] = binary:split(A, <<") ">>),
    F = binary:split(Rest, <<" ">>, [global]),
    Own = (binary_to_integer(lists:nth(12, F)) + binary_to_integer(lists:nth(13, F))) / 100,
    {ok, B} = file:read_file("/proc/stat"),
    [Line | _] = binary:split(B, <<"\n">>),
    V = [binary_to_integer(X) || X <- binary:split(Line, <<" ">>, [global, trim_all]), X =/= <<"cpu">>],
    {Own, lists:sum([lists:nth(I, V) || I <- [1, 2, 3, 6, 7]]) / 100}.

total(_, 2000002, S) -> S;
total(H, I, S) -> total(H, I + 1, S + counters:get(H, I)).

q(_, 0, _) -> 0;
q(H, N, P) -> q(H, 1, 0, min(trunc(P * N), N - 1)).
q(H, I, S, Want) ->
    case S + counters:get(H, I) of
        S2 when S2 > Want -> I - 1;
        S2 -> q(H, I + 1, S2, Want)
    end.

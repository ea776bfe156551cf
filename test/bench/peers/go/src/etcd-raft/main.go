// Three etcd/raft members as goroutines of one process, memory transport.
//
//	-api rawnode  one goroutine per member drives a RawNode; everything that
//	              arrived while it was busy is one batch (one MsgProp with many
//	              entries, one Ready, one WAL save), as CockroachDB drives it
//	-api node     the raft.Node API, as etcd itself drives it: one Propose call
//	              per command from its own goroutine
//	-marshal      every message crosses as protobuf bytes (what separate heaps
//	              would have to do)
//	-durable      etcd's own wal package: fdatasync before a Ready is answered
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"io/ioutil"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	pbch "peerbench"

	"github.com/coreos/pkg/capnslog"
	"go.etcd.io/etcd/raft"
	pb "go.etcd.io/etcd/raft/raftpb"
	"go.etcd.io/etcd/raft/tracker"
	"go.etcd.io/etcd/wal"
)

var (
	api     = flag.String("api", "rawnode", "rawnode or node")
	marshal = flag.Bool("marshal", false, "serialize messages between members")
	keep    = flag.Uint64("keep", 10000, "entries kept when compacting")
	tickMs  = flag.Int("tick", 100, "tick, ms")
)

type wire struct {
	m pb.Message
	b []byte
}

type member struct {
	id      uint64
	rn      *raft.RawNode
	n       raft.Node
	st      *raft.MemoryStorage
	w       *wal.WAL
	msgs    *pbch.Mailbox[wire]
	props   *pbch.Mailbox[[]byte]
	peers   []*member
	done    *pbch.Mailbox[uint32] // completions to the batch client
	waiters []chan struct{}       // completions to per-slot goroutines
	applied uint64
	count   uint64
	sum     uint32
	lead    uint64 // atomic: 1 while leader
	stop    chan struct{}
	dead    chan struct{}
	syncs   uint64
	matchLo uint64 // leader: smallest match index of the others
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (m *member) send(ms []pb.Message) {
	for i := range ms {
		if ms[i].To == 0 || ms[i].To == m.id {
			continue
		}
		to := m.peers[ms[i].To-1]
		if *marshal {
			b, err := ms[i].Marshal()
			if err != nil {
				panic(err)
			}
			to.msgs.Put(wire{b: b})
		} else {
			to.msgs.Put(wire{m: ms[i]})
		}
	}
}

// persist makes a Ready's log part safe, then sends what had to wait for it.
func (m *member) persist(rd raft.Ready) {
	leader := atomic.LoadUint64(&m.lead) == 1
	if leader {
		m.send(rd.Messages) // Raft thesis 10.2.1: leader's disk in parallel
	}
	if m.w != nil && (len(rd.Entries) > 0 || !raft.IsEmptyHardState(rd.HardState)) {
		if rd.MustSync {
			m.syncs++
		}
		if err := m.w.Save(rd.HardState, rd.Entries); err != nil {
			panic(err)
		}
	}
	if !raft.IsEmptyHardState(rd.HardState) {
		m.st.SetHardState(rd.HardState)
	}
	m.st.Append(rd.Entries)
	if !leader {
		m.send(rd.Messages)
	}
}

func (m *member) apply(ents []pb.Entry, cc func(pb.ConfChange)) {
	var slots []uint32
	leader := atomic.LoadUint64(&m.lead) == 1
	for i := range ents {
		e := &ents[i]
		m.applied = e.Index
		switch e.Type {
		case pb.EntryNormal:
			if len(e.Data) < 16 {
				continue
			}
			m.count++
			m.sum = crc32.Update(m.sum, castagnoli, e.Data)
			if leader {
				s := binary.LittleEndian.Uint32(e.Data)
				if m.waiters != nil {
					m.waiters[s] <- struct{}{}
				} else {
					slots = append(slots, s)
				}
			}
		case pb.EntryConfChange:
			var c pb.ConfChange
			c.Unmarshal(e.Data)
			cc(c)
		}
	}
	if len(slots) > 0 {
		m.done.Put(slots...)
	}
}

func (m *member) compact(lowest uint64) {
	first, _ := m.st.FirstIndex()
	lo := m.applied
	if lowest < lo {
		lo = lowest
	}
	if lo > first+5*(*keep) {
		m.st.Compact(lo - *keep)
	}
}

func (m *member) runRaw() {
	defer close(m.dead)
	tick := time.NewTicker(time.Duration(*tickMs) * time.Millisecond)
	defer tick.Stop()
	var mbuf []wire
	var pbuf [][]byte
	for {
		select {
		case <-m.stop:
			return
		case <-tick.C:
			m.rn.Tick()
		case <-m.msgs.Sig:
		case <-m.props.Sig:
		}
		mbuf = m.msgs.Take(mbuf)
		for i := range mbuf {
			msg := mbuf[i].m
			if mbuf[i].b != nil {
				msg = pb.Message{}
				if err := msg.Unmarshal(mbuf[i].b); err != nil {
					panic(err)
				}
			}
			m.rn.Step(msg)
			mbuf[i] = wire{}
		}
		pbuf = m.props.Take(pbuf)
		if len(pbuf) > 0 {
			ents := make([]pb.Entry, len(pbuf))
			for i, d := range pbuf {
				ents[i].Data = d
				pbuf[i] = nil
			}
			if err := m.rn.Step(pb.Message{Type: pb.MsgProp, From: m.id, Entries: ents}); err != nil {
				panic(err)
			}
		}
		for m.rn.HasReady() {
			rd := m.rn.Ready()
			if rd.SoftState != nil {
				v := uint64(0)
				if rd.SoftState.RaftState == raft.StateLeader {
					v = 1
				}
				atomic.StoreUint64(&m.lead, v)
			}
			m.persist(rd)
			m.apply(rd.CommittedEntries, func(c pb.ConfChange) { m.rn.ApplyConfChange(c) })
			m.rn.Advance(rd)
		}
		low := ^uint64(0)
		if atomic.LoadUint64(&m.lead) == 1 {
			m.rn.WithProgress(func(id uint64, _ raft.ProgressType, pr tracker.Progress) {
				if pr.Match < low {
					low = pr.Match
				}
			})
		} else {
			low = m.applied
		}
		m.compact(low)
	}
}

func (m *member) runNode() {
	defer close(m.dead)
	tick := time.NewTicker(time.Duration(*tickMs) * time.Millisecond)
	defer tick.Stop()
	go func() { // inbound: one goroutine per member, as a transport stream would
		var buf []wire
		for {
			select {
			case <-m.stop:
				return
			case <-m.msgs.Sig:
			}
			buf = m.msgs.Take(buf)
			for i := range buf {
				msg := buf[i].m
				if buf[i].b != nil {
					msg = pb.Message{}
					msg.Unmarshal(buf[i].b)
				}
				m.n.Step(context.TODO(), msg)
				buf[i] = wire{}
			}
		}
	}()
	lastStatus := time.Now()
	for {
		select {
		case <-m.stop:
			return
		case <-tick.C:
			m.n.Tick()
		case rd := <-m.n.Ready():
			if rd.SoftState != nil {
				v := uint64(0)
				if rd.SoftState.RaftState == raft.StateLeader {
					v = 1
				}
				atomic.StoreUint64(&m.lead, v)
			}
			m.persist(rd)
			m.apply(rd.CommittedEntries, func(c pb.ConfChange) { m.n.ApplyConfChange(c) })
			m.n.Advance()
			low := m.applied
			if atomic.LoadUint64(&m.lead) == 1 {
				if time.Since(lastStatus) > 100*time.Millisecond {
					lastStatus = time.Now()
					lo := ^uint64(0)
					for _, p := range m.n.Status().Progress {
						if p.Match < lo {
							lo = p.Match
						}
					}
					m.matchLo = lo
				}
				low = m.matchLo
			}
			m.compact(low)
		}
	}
}

func main() {
	o := pbch.Flags()
	capnslog.SetGlobalLogLevel(capnslog.CRITICAL)
	raft.SetLogger(&raft.DefaultLogger{Logger: log.New(ioutil.Discard, "", 0)})
	dir := filepath.Join(o.Dir, fmt.Sprintf("etcd-raft-%d", os.Getpid()))
	if o.Durable {
		os.MkdirAll(dir, 0755)
		defer os.RemoveAll(dir)
	}
	done := pbch.NewMailbox[uint32]()
	var waiters []chan struct{}
	if *api == "node" {
		waiters = make([]chan struct{}, o.Outstanding)
		for i := range waiters {
			waiters[i] = make(chan struct{}, 1)
		}
	}
	ms := make([]*member, 3)
	peers := []raft.Peer{{ID: 1}, {ID: 2}, {ID: 3}}
	for i := range ms {
		m := &member{id: uint64(i + 1), st: raft.NewMemoryStorage(), msgs: pbch.NewMailbox[wire](),
			props: pbch.NewMailbox[[]byte](), peers: ms, done: done, waiters: waiters,
			stop: make(chan struct{}), dead: make(chan struct{})}
		ms[i] = m
		if o.Durable {
			w, err := wal.Create(nil, filepath.Join(dir, fmt.Sprint(i)), nil)
			if err != nil {
				panic(err)
			}
			m.w = w
		}
		c := &raft.Config{ID: m.id, ElectionTick: 10, HeartbeatTick: 1, Storage: m.st,
			MaxSizePerMsg: 1 << 20, MaxInflightMsgs: 512, MaxUncommittedEntriesSize: 1 << 30,
			CheckQuorum: true, PreVote: true}
		if *api == "node" {
			m.n = raft.StartNode(c, peers)
		} else {
			rn, err := raft.NewRawNode(c)
			if err != nil {
				panic(err)
			}
			rn.Bootstrap(peers)
			m.rn = rn
		}
	}
	for _, m := range ms {
		if *api == "node" {
			go m.runNode()
		} else {
			go m.runRaw()
		}
	}
	var lead *member
	for lead == nil {
		time.Sleep(50 * time.Millisecond)
		for _, m := range ms {
			if atomic.LoadUint64(&m.lead) == 1 {
				lead = m
			}
		}
	}
	time.Sleep(300 * time.Millisecond)

	rnd := make([]byte, o.Payload)
	rand.Read(rnd)
	w := pbch.NewWindow(o)
	var seq uint64
	mk := func(slot uint32) []byte {
		b := make([]byte, o.Payload)
		copy(b, rnd)
		binary.LittleEndian.PutUint32(b, slot)
		binary.LittleEndian.PutUint64(b[8:], atomic.AddUint64(&seq, 1))
		return b
	}
	if *api == "node" {
		var wg sync.WaitGroup
		for s := 0; s < o.Outstanding; s++ {
			wg.Add(1)
			go func(s uint32) {
				defer wg.Done()
				var l pbch.Lat
				for {
					t := time.Now()
					if !t.Before(w.To) {
						break
					}
					if err := lead.n.Propose(context.TODO(), mk(s)); err != nil {
						panic(err)
					}
					<-waiters[s]
					l.Add(w, t, time.Now())
				}
				w.Merge(&l)
			}(uint32(s))
		}
		wg.Wait()
	} else {
		start := make([]time.Time, o.Outstanding)
		var l pbch.Lat
		batch := make([][]byte, 0, o.Outstanding)
		now := time.Now()
		for s := range start {
			start[s] = now
			batch = append(batch, mk(uint32(s)))
		}
		lead.props.Put(batch...)
		left := o.Outstanding
		var buf []uint32
		for left > 0 {
			<-done.Sig
			buf = done.Take(buf)
			now := time.Now()
			over := !now.Before(w.To)
			batch = batch[:0]
			for _, s := range buf {
				l.Add(w, start[s], now)
				if over {
					left--
				} else {
					start[s] = now
					batch = append(batch, mk(s))
				}
			}
			if len(batch) > 0 {
				lead.props.Put(batch...)
			}
		}
		w.Merge(&l)
	}
	// let the followers catch up, then stop and compare what each applied
	time.Sleep(700 * time.Millisecond)
	for _, m := range ms {
		close(m.stop)
		<-m.dead
	}
	same := ms[0].sum == ms[1].sum && ms[1].sum == ms[2].sum && ms[0].count == seq && ms[2].count == seq
	name := "etcd/raft " + *api
	if *marshal {
		name += "+marshal"
	}
	x := map[string]interface{}{"verified": same}
	if o.Durable {
		x["syncs"] = lead.syncs
	}
	w.Report(name, o, x)
}

import { connect, type Socket } from "node:net";

/** Whether a process listens at this socket. */
export async function isAnswered(path: string): Promise<boolean> {
  const socket = await dial(path).catch(() => undefined);
  socket?.destroy();
  return socket !== undefined;
}

/** Connects to a socket. @throws Error of the system when nothing listens there. */
export function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

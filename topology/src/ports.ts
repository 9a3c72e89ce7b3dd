import { createServer, type AddressInfo } from "node:net";

/** A port that nothing listened at a moment ago. */
export async function freePort(host: string): Promise<number> {
  return bindOnce(host, 0);
}

/** Says so before anything else is started. @throws Error that says what to do when the port is taken */
export async function assertPortFree(host: string, port: number): Promise<void> {
  try {
    await bindOnce(host, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${port} is taken. Stop what listens there, or choose another: PORT=4100 npm start`, {
      cause: error,
    });
  }
}

async function bindOnce(host: string, port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

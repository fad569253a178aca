// The log as the server tells of it.
import { read } from "../api/read";
import type { Log } from "./verify";

export const serverLog: Log = {
  async key() {
    return (await read("/api/v1/audit/key")).key;
  },
  async checkpoint() {
    return (await read("/api/v1/audit/checkpoint")).signed?.note;
  },
  async inclusion(index, size) {
    return (await read("/api/v1/audit/proof", { query: { entry: index, size } })).hashes;
  },
  async consistency(oldSize, size) {
    return (await read("/api/v1/audit/proof", { query: { old_size: oldSize, size } })).hashes;
  },
};

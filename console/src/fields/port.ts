// Ports, as they are typed.
const PORT_MAX = 65_535;

/** Whether it is a port, or nothing, which is the usual one. */
export function isPort(typed: string): boolean {
  const port = typed.trim();
  return port === "" || (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= PORT_MAX);
}

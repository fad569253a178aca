// Words for states, as the API names them.
export const states = {
  job: {
    queued: "Queued",
    running: "Running",
    waiting: "Waiting",
    paused: "Paused",
    succeeded: "Succeeded",
    stuck: "Needs attention",
    cancelled: "Cancelled",
  },
  /** Of what a job is about, and of every try. */
  target: {
    open: "Under way",
    done: "Done",
    stuck: "Needs attention",
    cancelled: "Cancelled",
    sending: "Sent",
    refused: "Refused",
    unknown: "Not known yet",
  } as Record<string, string>,
  link: { connected: "Connected", "not-connected": "Not connected", unknown: "Not tried yet" },
  since: (when: string) => `since ${when}`,
} as const;

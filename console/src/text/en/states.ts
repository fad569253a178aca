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
} as const;

// The dashboard: the fleet at a glance.
const names: Record<string, string> = {
  Keyferry: "Keyferry",
  AWS: "AWS",
  External: "Somebody else",
};

export const dashboard = {
  title: "Dashboard",
  description: "The fleet at a glance. Every figure leads to the list behind it.",
  help: "What is counted is what you may see. Figures follow what happens: jobs at once, everything else within a minute.",
  figure: (label: string, count: string) => `${label}: ${count}`,
  atLeast: (count: number) => `${count}+`,
  unread: "Could not be read",
  attention: {
    title: "What needs attention",
    alerts: "Open alerts",
    critical: (count: number) => `${count} critical`,
    drift: "Drift",
    expiring: "Expire within 30 days",
    rotating: "Rotate within 30 days",
    approvals: "Approvals waiting for you",
    ready: "Yours to carry out",
    stuck: "Jobs in need of a person",
    underWay: "Jobs under way",
    broken: "Broken connections",
  },
  kmsKeys: {
    title: "KMS keys",
    all: (count: number) => (count === 1 ? "The one KMS key" : `All ${count} KMS keys`),
    byStatus: "By status",
    byRegion: "By Region",
    byAccount: "By account",
  },
  source: {
    title: "Whose material",
    metric: "KMS keys",
    none: "No KMS keys yet.",
    names,
  },
  months: {
    expiry: "Material expires, by month",
    noExpiry: "Nothing expires in the next twelve months.",
    rotation: "Next rotations, by month",
    noRotation: "Nothing rotates by itself in the next twelve months.",
    described: (count: number) => `${count} in the next twelve months. The list below has every month.`,
    asList: "As a list",
  },
  jobs: {
    title: "Jobs under way",
    none: "Nothing is under way.",
    all: "All jobs",
    more: (count: number) => `${count} more`,
  },
  links: {
    title: "Connections",
    none: "No AWS account is connected yet.",
    all: (count: number) => (count === 1 ? "The one connection" : `All ${count} connections`),
  },
  welcome: {
    title: "Welcome to Keyferry",
    description: "Three steps to the first KMS key whose material is yours.",
    numbered: (number: number, title: string) => `${number}. ${title}`,
    done: "Done",
    steps: {
      connection: {
        title: "Connect an AWS account",
        detail: "Say how the account is reached. Keyferry checks everything before it keeps it.",
        actions: ["Add a connection"],
      },
      keystore: {
        title: "Create a keystore",
        detail: "A named set of KMS keys in that account, with its Regions, template and owning group.",
        actions: ["Create a keystore"],
      },
      key: {
        title: "Create or upload a key",
        detail: "Have key material made here, or bring a key that you hold.",
        actions: ["Create a KMS key", "Upload a key"],
      },
    },
  },
} as const;

// The words of Keyferry, as the help panel explains them.
export const glossary = {
  connection: {
    name: "Connection",
    meaning: "How one AWS account is reached: identity, endpoint, TLS, proxy.",
  },
  keystore: {
    name: "Keystore",
    meaning:
      "A named set of KMS keys under one connection, with Regions, a template, policies and an owning group.",
  },
  key: {
    name: "Key",
    meaning: "A key in the vault: name, spec, versions, owning group. Its material never leaves unwrapped.",
  },
  keyVersion: { name: "Key version", meaning: "One generation of a key. It holds the key material." },
  kmsKey: {
    name: "KMS key",
    meaning:
      "The object in AWS KMS: ARN, Region, state, aliases. A multi-Region set is one KMS key with several places.",
  },
  import: { name: "Import", meaning: "One key version placed into one KMS key." },
  materialId: { name: "Material id", meaning: "AWS's id of one imported material (KeyMaterialId)." },
  group: {
    name: "Group",
    meaning:
      "People and applications that share keys and keystores, with roles. Nothing is seen across groups.",
  },
  job: {
    name: "Job",
    meaning: "One operation under way, over one or many targets, with a plan, progress and a log of steps.",
  },
  approval: { name: "Approval", meaning: "Consent of several people to one frozen request." },
  seal: {
    name: "Seal",
    meaning: "What protects the vault's root key. A sealed vault makes, imports and wraps nothing.",
  },
  lane: { name: "Lane", meaning: "All work on one account and Region. One server at a time owns a lane." },
  plan: {
    name: "Plan",
    meaning: "The steps that an operation would take, computed from what is wanted and what AWS has.",
  },
  drift: {
    name: "Drift",
    meaning: "Where AWS differs from what is wanted, because somebody changed it elsewhere.",
  },
} as const;

export type Word = keyof typeof glossary;

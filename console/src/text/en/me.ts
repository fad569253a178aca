// One's own settings: password, second factor, sessions, tokens.
export const me = {} as const;

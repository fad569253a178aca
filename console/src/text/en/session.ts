// Signing in, staying signed in, and proving once more who one is.
export const session = {
  title: "Sign in",
  intro: "Keys that you make and hold, used by AWS.",
  user: "User name",
  password: "Password",
  code: "Code of your second factor",
  codeHelp: "Six digits of your authenticator, or a recovery code.",
  submit: "Sign in",
  wrong: "Name, password or code is wrong, or the account is locked.",
  wrongHint: "Upper and lower case count.",
  or: "or",
  with: (provider: string) => `Sign in with ${provider}`,
  providerFailed: "The sign-in at the provider did not succeed",
  failedOtherwise: "Try again. The server's log says why.",
  failures: {
    "access.sign-in-not-begun":
      "It was not begun in this browser in the last ten minutes, or has ended already. Begin again, in one tab.",
    "access.not-admitted":
      "The provider vouches for somebody who was not invited, is locked, or has left. Ask an administrator.",
    "access.another-person": "Somebody else signed in at the provider than the person of this session.",
    "sign-in-provider.unavailable":
      "The provider cannot be reached or is not trusted. Nobody is let in by other means because of it.",
    "sign-in-provider.refused": "The provider vouches for nobody: it refused, or its token does not stand.",
    "request.not-found": "There is no such provider.",
    "seal.sealed": "The vault is sealed, so that the provider cannot be asked.",
  },
  idle: {
    title: "Are you still there?",
    detail: (seconds: number) =>
      `You will be signed out in ${seconds} s, because nothing happened for a while.`,
    stay: "Stay signed in",
    leave: "Sign out now",
    left: "You were signed out, because nothing happened for a while.",
  },
  ended: "Your session has ended. Sign in again.",
  signedOut: "You are signed out.",
  leaving: {
    title: "Sign out of Keyferry?",
    detail: (provider: string) =>
      `You came by ${provider}. Your session there goes on: sign out there too, or whoever sits at this browser next is signed in without a password.`,
  },
  stillAtProvider: (farewell: string, provider: string) =>
    `${farewell} At ${provider} your session goes on: sign out there too, or whoever sits at this browser next is signed in without a password.`,
  notTold:
    "You are signed out here, but the server could not be told: there your session goes on until it lapses. Sign in and out again once the server can be reached.",
  firstPassword: {
    title: "Choose your password",
    detail: "Somebody else knows your first password. Choose one that only you know.",
    current: "First password",
    next: "New password",
    again: "New password again",
    differ: "The two are not the same.",
    submit: "Change password",
  },
  secondFactor: {
    title: "Set up a second factor",
    detail:
      "This installation wants one of everybody with a password. Until you have one you can do nothing else.",
    ready: "Your second factor is set up. Sign in with its next code.",
  },
  unseal: {
    title: "Open the vault",
    detail:
      "The vault is sealed, so that the code of your second factor cannot be checked. This session can open the vault and nothing else; then you sign in again, with a code.",
    passphrase: "Passphrase",
    submit: "Open",
    more: "More passphrases or shares are needed.",
    opened: "The vault is open. Sign in with a code of your second factor.",
    leave: "Sign out",
  },
  confirm: {
    title: "Is it still you?",
    detail: "This decides over keys. Prove once more who you are; that holds for five minutes.",
    submit: "Confirm",
    codeHelp: "Where you have one. Password or code is enough; with both, both must be right.",
    atProvider: (provider: string) => `Confirm at ${provider}`,
    providerDetail: (provider: string) =>
      `${provider} asks you in another tab. Come back here afterwards and go on: nothing is lost.`,
    goOn: "I have confirmed, go on",
  },
} as const;

//! Errors as people and scripts see them: sentence, causes, hint, exit code.

use keyferry_api::problem::Problem;

const HELP_TELLS: &str = "`--help` after the command tells what it takes";

/// Exit codes by class; listed in `docs/reference/exit-codes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// A bug, ours or the server's.
    Bug = 1,
    /// The command or the request is wrong.
    Usage = 2,
    /// Nobody is signed in.
    NotSignedIn = 3,
    /// The right is missing.
    Denied = 4,
    /// No such thing.
    NotFound = 5,
    /// It does not fit what is there now.
    Conflict = 6,
    /// Try again later: server unreachable, sealed or overloaded.
    Transient = 7,
    /// The job ended without success.
    JobFailed = 8,
    /// The name was not typed.
    NotConfirmed = 9,
    /// The server is not the one that was pinned.
    WrongServer = 10,
    /// What was verified is not as it was signed.
    Damaged = 11,
    /// Others were asked for their approval.
    Waiting = 12,
}

impl Exit {
    /// Every code with what it means.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Ok, "done"),
        (
            Self::Bug,
            "a bug, Keyferry's own; the server's log says more",
        ),
        (
            Self::Usage,
            "the command, or the request that it made, is wrong",
        ),
        (
            Self::NotSignedIn,
            "nobody is signed in, or the token is no longer valid",
        ),
        (Self::Denied, "the right is missing"),
        (Self::NotFound, "there is no such thing"),
        (
            Self::Conflict,
            "it does not fit what is there now, or a plan needs a person first",
        ),
        (
            Self::Transient,
            "try again later: the server cannot be reached, is sealed or overloaded",
        ),
        (Self::JobFailed, "the job ended stuck or cancelled"),
        (
            Self::NotConfirmed,
            "a destructive command was not confirmed",
        ),
        (
            Self::WrongServer,
            "the server's certificate is not the one that was pinned at login",
        ),
        (
            Self::Damaged,
            "the audit log that was verified is not as it was signed",
        ),
        (
            Self::Waiting,
            "others were asked for their approval; nothing was done yet",
        ),
    ];

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What helps with most errors of this class.
    fn hint(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Bug => Some(
                "this is not your mistake: look into the server's log, and report it with the command that you gave",
            ),
            Self::Usage => Some(HELP_TELLS),
            Self::NotSignedIn => Some("run `keyferry login`"),
            Self::Denied => {
                Some("`keyferry me` tells who you are; ask an administrator for the right")
            }
            Self::NotFound => Some("list what there is with the verb `list`"),
            Self::Conflict => Some("look at it as it is now with the verb `show`"),
            Self::Transient => Some(
                "try again in a moment; `keyferry seal status` tells whether the vault is open",
            ),
            Self::JobFailed => {
                Some("`keyferry job show` lists every try; `keyferry job retry` takes it up again")
            }
            Self::NotConfirmed => Some("type the name that is asked for, or give --yes"),
            Self::WrongServer => Some("run `keyferry login` again and compare the fingerprint"),
            Self::Waiting => Some("`keyferry approval list` tells who is missing"),
            Self::Damaged => Some(
                "keep the folder as it is, compare it with another export, and find out who changed it",
            ),
        }
    }

    fn of_status(status: u16) -> Self {
        match status {
            401 => Self::NotSignedIn,
            403 => Self::Denied,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            408 | 429 | 502..=504 => Self::Transient,
            400..=499 => Self::Usage,
            _ => Self::Bug,
        }
    }
}

/// Why a command did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// What failed, and on which object.
    pub message: String,
    /// The server's code, `area.problem`, where it answered with one.
    pub code: Option<String>,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// How the process ends.
    pub exit: Exit,
    /// After how many seconds the server wants to be asked again.
    pub retry_after: Option<u64>,
}

impl CliError {
    /// An error without causes and hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
            causes: Vec::new(),
            hint: None,
            exit,
            retry_after: None,
        }
    }

    /// A wrong command.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Adds a cause and those behind it.
    #[must_use]
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The text for standard error, with its line end. There is always a hint, if only that of the class.
    pub fn text(&self) -> String {
        let code = self.code.as_ref().map(|code| format!(" [{code}]"));
        let mut text = format!("error: {}{}\n", self.message, code.unwrap_or_default());
        for cause in &self.causes {
            text.push_str(&format!("caused by: {cause}\n"));
        }
        if let Some(hint) = self.hint.as_deref().or(self.exit.hint()) {
            text.push_str(&format!("hint: {hint}\n"));
        }
        text
    }
}

/// A command line that cannot be read, in the form of all errors: sentence, what was meant perhaps, usage, hint.
/// Help that was shown for want of a verb stays help.
pub fn misread(error: &clap::Error) -> String {
    let text = error.render().to_string();
    if !text.starts_with("error: ") {
        return text;
    }
    let (mut sentence, mut hints) = (String::new(), String::new());
    for line in text.lines().map(str::trim_end) {
        if let Some(tip) = line.trim_start().strip_prefix("tip: ") {
            hints.push_str(&format!("hint: {tip}\n"));
        } else if !line.is_empty() && !line.starts_with("For more information") {
            sentence.push_str(&format!("{line}\n"));
        }
    }
    format!("{sentence}{hints}hint: {HELP_TELLS}\n")
}

impl From<Problem> for CliError {
    fn from(problem: Problem) -> Self {
        Self {
            message: problem.detail,
            code: Some(problem.code),
            causes: problem.causes,
            hint: problem.hint,
            exit: Exit::of_status(problem.status),
            retry_after: None,
        }
    }
}

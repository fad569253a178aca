//! What a command sees of the outside: environment, streams, and a person who answers.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Asks a person.
pub trait Prompt {
    /// A line of text.
    fn line(&mut self, question: &str) -> std::io::Result<String>;

    /// A secret, not shown while it is typed.
    fn secret(&mut self, question: &str) -> std::io::Result<String>;
}

/// Where words for people go: to one place from wherever they are said.
#[derive(Clone)]
pub struct Words(Arc<Mutex<dyn Write + Send>>);

impl Words {
    /// Words that go there.
    pub fn to(place: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(place)))
    }

    /// Says something.
    pub fn say(&self, words: &str) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(place, "{}", harmless(words));
    }
}

/// The same without what a terminal would obey: words of servers and files may hold anything.
pub(crate) fn harmless(words: &str) -> String {
    let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    words.replace(obeyed, "\u{FFFD}")
}

/// Streams.
pub struct Terminal {
    /// Where secrets and documents may come from, by `-`.
    pub input: Box<dyn BufRead>,
    /// Data.
    pub output: Box<dyn Write>,
    /// Words.
    pub words: Words,
    /// Who answers questions; nobody in scripts.
    pub prompt: Option<Box<dyn Prompt>>,
    /// Whether words go to a terminal, so that progress bars make sense.
    pub shows_progress: bool,
    /// Whether data go to a terminal, so that whoever looks at it sees them.
    pub shows_data: bool,
}

/// Everything outside.
pub struct World {
    /// The variables of the process.
    pub environment: BTreeMap<String, String>,
    /// Streams.
    pub terminal: Terminal,
}

impl World {
    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Says something to a person.
    pub fn say(&mut self, words: &str) {
        self.terminal.words.say(words);
    }
}

/// The process's own streams, and whoever sits at its terminal.
pub fn terminal() -> Terminal {
    use std::io::IsTerminal as _;

    let has_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    Terminal {
        input: Box::new(std::io::stdin().lock()),
        output: Box::new(std::io::stdout()),
        words: Words::to(std::io::stderr()),
        prompt: has_person.then(|| Box::new(Person) as Box<dyn Prompt>),
        shows_progress: std::io::stderr().is_terminal(),
        shows_data: std::io::stdout().is_terminal(),
    }
}

struct Person;

impl Prompt for Person {
    fn line(&mut self, question: &str) -> std::io::Result<String> {
        dialoguer::Input::<String>::new()
            .with_prompt(question)
            .interact_text()
            .map_err(io)
    }

    fn secret(&mut self, question: &str) -> std::io::Result<String> {
        dialoguer::Password::new()
            .with_prompt(question)
            .interact()
            .map_err(io)
    }
}

fn io(error: dialoguer::Error) -> std::io::Error {
    match error {
        dialoguer::Error::IO(error) => error,
    }
}

//! Where a database is: `sqlite:path` or `postgres://…`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// Where a database is. Its debug form shows no password.
#[derive(Clone)]
pub struct DatabaseUrl {
    target: Target,
}

#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// The text is no database URL. The text is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDatabaseUrl {
    /// Neither scheme.
    #[error("a database URL begins with `sqlite:` or `postgres://`")]
    UnknownScheme,
    /// No path behind `sqlite:`.
    #[error("`sqlite:` needs the path of a file, such as `sqlite:keyferry.db`")]
    NoPath,
    /// Not as PostgreSQL's URLs are.
    #[error(
        "the `postgres://` URL is malformed; it is `postgres://USER:PASSWORD@HOST:PORT/DATABASE`"
    )]
    Malformed,
}

impl DatabaseUrl {
    /// A SQLite file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self {
            target: Target::Sqlite(path.as_ref().to_owned()),
        }
    }

    /// The file, where the database is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.target {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }
}

impl FromStr for DatabaseUrl {
    type Err = BadDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, BadDatabaseUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path == ":memory:" {
                return Err(BadDatabaseUrl::NoPath);
            }
            return Ok(Self::sqlite(path));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = text.parse().map_err(|_| BadDatabaseUrl::Malformed)?;
            return Ok(Self {
                target: Target::Postgres(Box::new(options)),
            });
        }
        Err(BadDatabaseUrl::UnknownScheme)
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Target::Postgres(options) => {
                let database = options.get_database().unwrap_or_default();
                write!(
                    f,
                    "postgres://{}:{}/{database}",
                    options.get_host(),
                    options.get_port()
                )
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let url: DatabaseUrl = "postgres://me:hunter2@db.example:5433/keys"
            .parse()
            .unwrap();

        assert_eq!(
            format!("{url:?}"),
            "DatabaseUrl(postgres://db.example:5433/keys)"
        );
    }

    #[test]
    fn sqlite_takes_relative_and_absolute_paths() {
        for (text, shown) in [
            ("sqlite:a.db", "sqlite:a.db"),
            ("sqlite:///var/a.db", "sqlite:/var/a.db"),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_database_url_is_refused_without_repeating_it() {
        let cases = [
            ("mysql://me:hunter2@h/d", BadDatabaseUrl::UnknownScheme),
            ("sqlite:", BadDatabaseUrl::NoPath),
            ("sqlite::memory:", BadDatabaseUrl::NoPath),
            (
                "postgres://me:hunter2@h:notaport/d",
                BadDatabaseUrl::Malformed,
            ),
        ];
        for (text, expected) in cases {
            let error = text.parse::<DatabaseUrl>().unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}

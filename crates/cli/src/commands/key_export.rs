//! Taking key material out, wrapped, by four eyes.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::access::MeView;
use keyferry_api::approval::ApprovalView;
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::export::{DownloadView, PreparationList, PreparationView, PrepareRequest};
use keyferry_api::tar::Reader;
use serde::Serialize;
use serde_json::Value;

use super::{Context, access};
use crate::args::{
    CancelPreparationArgs, DownloadArgs, KeyExportCommand, LoginArgs, OneVersionArgs, PrepareArgs,
    PrepareDownloadArgs, TakeArgs, TakeExportArgs,
};
use crate::client::{Call, Client};
use crate::error::{CliError, Exit};
use crate::table::Table;

/// The code of the problem that wants a proof of who one is.
const NOT_RECENT: &str = "export.not-recent";

/// The query parameter that says what is expected.
const UNDER: &str = "public_key_sha256";

/// The file of an export that comes last.
pub(super) const MANIFEST: &str = "manifest.json";

/// What was downloaded, without what is in it.
#[derive(Serialize)]
struct Downloaded {
    file: String,
    key: String,
    version: Option<u32>,
    spec: String,
    wrapping: String,
    public_key_sha256: String,
    prepared_by: String,
}

/// What was exported.
#[derive(Serialize)]
struct Exported {
    folder: String,
    files: usize,
}

pub(super) async fn export(
    context: &mut Context<'_>,
    command: KeyExportCommand,
) -> Result<(), CliError> {
    match command {
        KeyExportCommand::Prepare(args) => {
            let path = [args.group.as_str()];
            prepare(context, &at::PREPARE_EXPORT, &path, args.prepare).await
        }
        KeyExportCommand::Take(args) => take(context, args).await,
    }
}

pub(super) async fn prepare_download(
    context: &mut Context<'_>,
    args: PrepareDownloadArgs,
) -> Result<(), CliError> {
    let version = args.one.version.to_string();
    let path = [args.one.key.as_str(), version.as_str()];
    prepare(context, &at::PREPARE_DOWNLOAD, &path, args.prepare).await
}

async fn prepare(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    path: &[&str],
    args: PrepareArgs,
) -> Result<(), CliError> {
    let public_key = context.world.read_text(&args.public_key)?;
    if public_key.contains("PRIVATE KEY-----") {
        let words = format!("{} holds a private key", args.public_key.display());
        return Err(CliError::usage(words)
            .hint("nothing was sent; write the public half with `openssl pkey -in FILE -pubout`"));
    }
    let request = PrepareRequest {
        public_key,
        hours: args.hours,
        reason: args.reason,
    };
    let call = Call::to(endpoint, path).body(&request).tried(args.trial);
    let ready: PreparationView = context.client.send(call).await?.read()?;
    let words = format!("another person may take it until {}", ready.expires_at);
    context.say_done(args.trial, &words);
    context.world.print_one(context.globals.output, &ready)
}

pub(super) async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_PREPARATIONS, &[]);
    let list: PreparationList = context.client.send(call).await?.read()?;
    let output = context.globals.output;
    context
        .world
        .print(output, &list.items, || rows(&list.items))
}

/// What is prepared, as a list.
pub(super) fn rows(items: &[PreparationView]) -> Table {
    let row = |one: &PreparationView| {
        let version = one.version.map(|version| version.to_string());
        vec![
            one.kind.clone(),
            one.name.clone(),
            version.unwrap_or_default(),
            one.prepared_by.clone(),
            one.expires_at.clone(),
            one.id.clone(),
        ]
    };
    let head = ["OF", "NAME", "VERSION", "PREPARED BY", "EXPIRES", "ID"];
    Table::list(&head, items.iter().map(row).collect())
}

pub(super) async fn cancel(
    context: &mut Context<'_>,
    args: CancelPreparationArgs,
) -> Result<(), CliError> {
    let path = [args.preparation.as_str()];
    let call = Call::to(&at::CANCEL_PREPARATION, &path).tried(args.trial);
    let ended: PreparationView = context.client.send(call).await?.read()?;
    context.say_done(args.trial, "nobody takes it any more");
    context.world.print_one(context.globals.output, &ended)
}

/// A session of one's own, begun for one act.
struct Presence {
    client: Client,
    cookie: Option<String>,
}

impl Presence {
    async fn begin(context: &mut Context<'_>, args: &TakeArgs) -> Result<Self, CliError> {
        let call = Call::to(&at::ME, &[]);
        let me: MeView = context.client.send(call).await?.read()?;
        let login = LoginArgs {
            user: None,
            provider: None,
            password: args.password.clone(),
            new_password_file: None,
            code: args.code.clone(),
            fingerprint: None,
            token_name: String::new(),
        };
        let cookie = access::sign_in(context.world, &context.client, &login, &me.name).await?;
        let client = context.client.without_token();
        Ok(Self { client, cookie })
    }

    fn with<'a, B: Serialize>(&self, call: Call<'a, B>) -> Call<'a, B> {
        access::by_cookie(call, &self.client, &self.cookie)
    }

    /// A failure to end it early is harmless.
    async fn end(self) {
        let _ = self
            .client
            .send(self.with(Call::to(&at::SIGN_OUT, &[])))
            .await;
    }
}

/// Asks for the approval of others, where that is wanted and needed. Nothing is taken by a token.
async fn ask(context: &Context<'_>, args: &TakeArgs, call: Call<'_, ()>) -> Result<(), CliError> {
    if context.globals.ask.is_none() || args.approval.is_some() {
        return Ok(());
    }
    match context.client.send(call).await {
        Err(error) if error.code.as_deref() == Some(NOT_RECENT) => Ok(()),
        answer => answer.map(|_| ()),
    }
}

/// Refuses the approval of another request: carried out here, that would be done, and its answer taken for material.
async fn check_approval(
    context: &Context<'_>,
    args: &TakeArgs,
    call: Call<'_, ()>,
) -> Result<(), CliError> {
    let Some(id) = &args.approval else {
        return Ok(());
    };
    let path = [id.as_str()];
    let shown = context.client.send(Call::to(&at::SHOW_APPROVAL, &path));
    let shown: ApprovalView = shown.await?.read()?;
    let part = |name: &str| {
        let part = shown.request.get(name).and_then(Value::as_str);
        part.unwrap_or_default()
    };
    let (approved, wanted) = (format!("{} {}", part("method"), part("path")), call.line());
    if approved == wanted {
        return Ok(());
    }
    let words = format!("the approval {id} is for `{approved}`, and this is `{wanted}`");
    Err(CliError::usage(words).hint(
        "name what is taken as it was named when it was asked for; `keyferry approval show` tells",
    ))
}

pub(super) async fn download(
    context: &mut Context<'_>,
    args: DownloadArgs,
) -> Result<(), CliError> {
    let OneVersionArgs { key, version } = args.one;
    let version = version.to_string();
    let path = [key.as_str(), version.as_str()];
    let under = args.take.public_key_sha256.clone();
    let call = || Call::to(&at::DOWNLOAD_KEY_VERSION, &path).query(UNDER, Some(under.as_str()));
    if args.take.trial.dry_run {
        let tried: DownloadView = context
            .client
            .send(call().tried(args.take.trial))
            .await?
            .read()?;
        context.say_tried(args.take.trial);
        return context.world.print_one(context.globals.output, &tried);
    }
    ask(context, &args.take, call()).await?;
    check_approval(context, &args.take, call()).await?;
    let mut file = NewFile::create(&args.to, 0o600)?;
    let presence = Presence::begin(context, &args.take).await?;
    let found = match &args.take.approval {
        Some(id) => {
            let approved = [id.as_str()];
            let run = presence.with(Call::to(&at::RUN_APPROVAL, &approved));
            presence.client.send(run).await
        }
        None => presence.client.send(presence.with(call())).await,
    };
    presence.end().await;
    let found: DownloadView = found?.read()?;
    let wrapped = STANDARD.decode(found.wrapped.unwrap_or_default());
    let wrapped = wrapped.map_err(|error| {
        CliError::new(Exit::Bug, "the server's answer is not understood").because(&error)
    })?;
    file.write(&wrapped)?;
    context.world.say(&format!(
        "hint: unwrap it with `keyferry key unwrap-export {} --private-key FILE --to NEW-FILE`",
        args.to.display()
    ));
    let shown = Downloaded {
        file: args.to.display().to_string(),
        key: found.preparation.name,
        version: found.preparation.version,
        spec: found.spec,
        wrapping: found.wrapping,
        public_key_sha256: found.preparation.public_key_sha256,
        prepared_by: found.preparation.prepared_by,
    };
    context.world.print_one(context.globals.output, &shown)
}

async fn take(context: &mut Context<'_>, args: TakeExportArgs) -> Result<(), CliError> {
    let path = [args.group.as_str()];
    let under = args.take.public_key_sha256.clone();
    let call = || Call::to(&at::EXPORT_GROUP, &path).query(UNDER, Some(under.as_str()));
    if args.take.trial.dry_run {
        let reply = context.client.send(call().tried(args.take.trial)).await?;
        let tried: PreparationView = reply.read()?;
        context.say_tried(args.take.trial);
        return context.world.print_one(context.globals.output, &tried);
    }
    ask(context, &args.take, call()).await?;
    check_approval(context, &args.take, call()).await?;
    let mut folder = NewFolder::create(&args.to)?;
    let presence = Presence::begin(context, &args.take).await?;
    let approved = args.take.approval.as_deref().unwrap_or_default();
    let approved = [approved];
    let call = match &args.take.approval {
        Some(_) => Call::to(&at::RUN_APPROVAL, &approved),
        None => call(),
    };
    let streamed = presence
        .client
        .stream(presence.with(call), |bytes| folder.take(bytes))
        .await;
    presence.end().await;
    let files = folder.end(streamed)?;
    context.world.say(&format!(
        "hint: unwrap it with `keyferry key unwrap-export {} --private-key FILE --to NEW-FOLDER`",
        args.to.display()
    ));
    let exported = Exported {
        folder: args.to.display().to_string(),
        files,
    };
    context.world.print_one(context.globals.output, &exported)
}

/// A file that was not there before; it is removed again unless it is written.
pub(super) struct NewFile {
    path: PathBuf,
    file: std::fs::File,
    is_written: bool,
}

impl NewFile {
    pub(super) fn create(path: &Path, mode: u32) -> Result<Self, CliError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        let file = options.open(path).map_err(|error| unusable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            is_written: false,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let written = self.file.write_all(bytes);
        let written = written.and_then(|()| self.file.sync_all());
        written.map_err(|error| unusable(&self.path, &error))?;
        self.is_written = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_written {
            // It holds nothing; where it stays, the next try says so.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A new folder that nobody else looks into.
pub(super) fn make_folder(path: &Path) -> Result<(), CliError> {
    let made = std::fs::DirBuilder::new().mode(0o700).create(path);
    made.map_err(|error| unusable(path, &error))
}

/// The same with all that are above it and not there yet.
pub(super) fn make_folders(path: &Path) -> Result<(), CliError> {
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(|error| unusable(path, &error))
}

pub(super) fn unusable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::usage(format!("{} cannot be made", path.display()))
        .because(error)
        .hint("name one that is not there yet, in a folder that is")
}

/// A folder that an export is written to as it comes.
struct NewFolder {
    path: PathBuf,
    reader: Reader,
    files: usize,
    is_whole: bool,
}

impl NewFolder {
    fn create(path: &Path) -> Result<Self, CliError> {
        make_folder(path)?;
        Ok(Self {
            path: path.to_owned(),
            reader: Reader::default(),
            files: 0,
            is_whole: false,
        })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let files = self.reader.take(bytes).map_err(|error| {
            CliError::new(Exit::Bug, "the server's answer is not understood").because(&error)
        })?;
        for (path, bytes) in files {
            if !is_within(&path) {
                let words = format!("the server names a file `{path}`, which is not taken");
                return Err(CliError::new(Exit::Bug, words));
            }
            let whole = self.path.join(&path);
            if let Some(parent) = whole.parent() {
                make_folders(parent)?;
            }
            NewFile::create(&whole, 0o600)?.write(&bytes)?;
            self.files += 1;
            self.is_whole = path == MANIFEST;
        }
        Ok(())
    }

    /// How many files there are, if it is whole. What is not stays for a look, unless there is nothing.
    fn end(self, streamed: Result<(), CliError>) -> Result<usize, CliError> {
        if self.files == 0 {
            let _ = std::fs::remove_dir(&self.path);
        }
        let is_over = streamed.is_ok() && self.is_whole && self.reader.is_over();
        if is_over || (self.files == 0 && streamed.is_err()) {
            return streamed.map(|()| self.files);
        }
        let words = format!("the export in {} is not whole", self.path.display());
        let mut error = CliError::new(Exit::Transient, words);
        error.causes = streamed
            .err()
            .into_iter()
            .map(|cause| cause.message)
            .collect();
        Err(error.hint("it was taken all the same: have it prepared anew, and remove this folder"))
    }
}

/// Whether a path leads nowhere but into the folder.
fn is_within(path: &str) -> bool {
    let is_name = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(fits)
    };
    path.split('/').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_server_writes_nowhere_but_into_the_folder() {
        for path in ["manifest.json", "material/0-a/1.kwp"] {
            assert!(is_within(path), "{path}");
        }
        for path in [
            "", "/etc/x", "../x", "a/../b", "a//b", "a/.ssh", "a\\b", "a\0",
        ] {
            assert!(!is_within(path), "{path}");
        }
    }
}

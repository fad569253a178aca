//! Unwraps what left Keyferry, without a server.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_audit::open_statement;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::audit_folder::key;
use super::key_export::{MANIFEST, NewFile, make_folder, make_folders};
use crate::args::{Globals, UnwrapExportArgs};
use crate::error::{CliError, Exit};
use crate::secrets::SecretSource;
use crate::table::Table;
use crate::unwrapping::{self, PrivateKey};
use crate::world::World;

/// The format of manifests that this version reads.
const FORMAT: u64 = 1;

/// One piece of material in the clear.
#[derive(Serialize)]
struct Unwrapped {
    key: String,
    spec: String,
    version: Option<u32>,
    file: String,
}

/// What of a manifest decides what is unwrapped.
#[derive(Deserialize)]
struct Manifest {
    format: u64,
    kind: String,
    public_key_sha256: String,
    keys: Vec<KeyRow>,
}

#[derive(Deserialize)]
struct KeyRow {
    id: String,
    name: String,
    spec: String,
    versions: Vec<VersionRow>,
}

#[derive(Deserialize)]
struct VersionRow {
    number: u32,
    file: Option<String>,
    sha256: Option<String>,
    wrapping: Option<String>,
    left_out: Option<String>,
}

pub(super) fn run(
    world: &mut World,
    globals: &Globals,
    args: UnwrapExportArgs,
) -> Result<(), CliError> {
    let key = private_key(world, &args)?;
    match args.from.is_dir() {
        true => folder(world, globals, &args, &key),
        false => file(world, globals, &args, &key),
    }
}

fn private_key(world: &mut World, args: &UnwrapExportArgs) -> Result<PrivateKey, CliError> {
    let pem = Zeroizing::new(world.read_text(&args.private_key)?);
    let passphrase = match unwrapping::is_encrypted(&pem) {
        false => None,
        true => {
            let source = SecretSource {
                file: args.key_passphrase_file.clone(),
                variable: None,
            };
            Some(world.secret("passphrase of the private key", &source)?)
        }
    };
    let passphrase = passphrase.as_ref().map_or("", |secret| secret.expose());
    unwrapping::read(&pem, passphrase).map_err(|error| {
        let words = format!("{} cannot be used", args.private_key.display());
        CliError::usage(words).because(&error).hint(
            "`openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE` writes it in a way that can be read",
        )
    })
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| {
        CliError::usage(format!("{} cannot be read", path.display())).because(&error)
    })
}

/// One wrapped file.
fn file(
    world: &mut World,
    globals: &Globals,
    args: &UnwrapExportArgs,
    key: &PrivateKey,
) -> Result<(), CliError> {
    let wrapped = read(&args.from)?;
    let (wrapping, plain) = key
        .unwrap(&wrapped)
        .ok_or_else(|| does_not_open(&args.from))?;
    if args.to == Path::new("-") {
        if world.terminal.shows_data {
            let words = "The material would be shown on this terminal in the clear.";
            world.confirm("show", words, globals.yes)?;
        }
        return world.write_data(&args.to, &plain);
    }
    NewFile::create(&args.to, 0o600)?.write(&plain)?;
    world.say(&format!(
        "{} bytes were unwrapped by {}",
        plain.len(),
        wrapping.as_str()
    ));
    Ok(())
}

fn does_not_open(path: &Path) -> CliError {
    let words = format!("{} does not unwrap with this private key", path.display());
    CliError::new(Exit::Damaged, words)
        .hint("it was wrapped under another public key, or altered; nothing of it was written")
}

/// A whole export: all that its manifest names, and nothing else.
fn folder(
    world: &mut World,
    globals: &Globals,
    args: &UnwrapExportArgs,
    key: &PrivateKey,
) -> Result<(), CliError> {
    if args.to == Path::new("-") {
        return Err(
            CliError::usage("a folder is not unwrapped to standard output")
                .hint("name a new folder with --to"),
        );
    }
    let manifest = manifest(world, args)?;
    if manifest.public_key_sha256 != key.fingerprint() {
        let words = "the export is wrapped under another public key";
        return Err(CliError::new(Exit::Damaged, words).hint(format!(
            "it has the SHA-256 {}, and that of this private key {}",
            manifest.public_key_sha256,
            key.fingerprint()
        )));
    }
    make_folder(&args.to)?;
    let (mut unwrapped, mut left_out) = (Vec::new(), 0);
    for row in &manifest.keys {
        for version in &row.versions {
            match &version.file {
                Some(file) => unwrapped.push(one(args, key, (row, version), file)?),
                None => {
                    left_out += 1;
                    let why = version.left_out.as_deref().unwrap_or("no reason given");
                    let (name, number) = (&row.name, version.number);
                    world.say(&format!(
                        "note: version {number} of `{name}` is not there: {why}"
                    ));
                }
            }
        }
    }
    world.say(&format!(
        "{} files were unwrapped, {left_out} versions are not in the export",
        unwrapped.len()
    ));
    world.print(globals.output, &unwrapped, || rows(&unwrapped))
}

fn rows(unwrapped: &[Unwrapped]) -> Table {
    let row = |one: &Unwrapped| {
        let version = one.version.map(|number| number.to_string());
        vec![
            one.key.clone(),
            one.spec.clone(),
            version.unwrap_or_default(),
            one.file.clone(),
        ]
    };
    let head = ["KEY", "SPEC", "VERSION", "FILE"];
    Table::list(&head, unwrapped.iter().map(row).collect())
}

/// One file of an export.
fn one(
    args: &UnwrapExportArgs,
    key: &PrivateKey,
    (row, version): (&KeyRow, &VersionRow),
    file: &str,
) -> Result<Unwrapped, CliError> {
    let path = inside(&args.from, file)?;
    let wrapped = read(&path)?;
    let found = hex::encode(digest(&SHA256, &wrapped));
    if version.sha256.as_deref() != Some(found.as_str()) {
        let words = format!("{} is not the file of the manifest", path.display());
        return Err(CliError::new(Exit::Damaged, words).hint(
            "it was altered or replaced after it was taken out; copy the export anew from where it was taken, or have it prepared anew",
        ));
    }
    let (wrapping, plain) = key.unwrap(&wrapped).ok_or_else(|| does_not_open(&path))?;
    if version.wrapping.as_deref() != Some(wrapping.as_str()) {
        return Err(does_not_open(&path));
    }
    let place = inside(&args.to, &row.id)?;
    make_folders(&place)?;
    let path = place.join(format!("{}.{}", version.number, wrapping.ending()));
    NewFile::create(&path, 0o600)?.write(&plain)?;
    Ok(Unwrapped {
        key: row.name.clone(),
        spec: row.spec.clone(),
        version: Some(version.number),
        file: path.display().to_string(),
    })
}

/// A path within a folder: a manifest that nobody signed may name any.
fn inside(folder: &Path, path: &str) -> Result<PathBuf, CliError> {
    let is_normal = |part| matches!(part, std::path::Component::Normal(_));
    if path.is_empty() || !Path::new(path).components().all(is_normal) {
        let words = format!("the manifest names `{path}`, which leads out of the folder");
        return Err(CliError::new(Exit::Damaged, words)
            .hint("Keyferry writes no such manifest: --log-key checks by whom it was signed"));
    }
    Ok(folder.join(path))
}

fn manifest(world: &mut World, args: &UnwrapExportArgs) -> Result<Manifest, CliError> {
    let path = args.from.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        CliError::usage(format!("{} cannot be read", path.display()))
            .because(&error)
            .hint("an export without its manifest is not whole; have it prepared anew")
    })?;
    let statement = match &args.log_key {
        Some(given) => open_statement(&text, &key(given)?).map_err(|error| {
            let words = "the manifest is not signed by this log";
            CliError::new(Exit::Damaged, words)
                .because(&error)
                .hint("it was altered, or it is of another log: `keyferry audit key` prints the key that --log-key takes")
        })?,
        None => {
            world.say("note: the manifest's signature is not checked; --log-key does");
            unsigned(&text).ok_or_else(|| no_manifest(&path))?
        }
    };
    let found: Manifest = serde_json::from_value(statement).map_err(|_| no_manifest(&path))?;
    match found.kind == "export" && found.format == FORMAT {
        true => Ok(found),
        false => Err(no_manifest(&path)),
    }
}

fn unsigned(text: &str) -> Option<Value> {
    let mut signed: Value = serde_json::from_str(text).ok()?;
    signed.get_mut("statement").map(Value::take)
}

fn no_manifest(path: &Path) -> CliError {
    let words = format!("{} is no manifest that this version reads", path.display());
    CliError::new(Exit::Damaged, words).hint(
        "it was altered, or written by a newer version; copy the export anew from where it was taken",
    )
}

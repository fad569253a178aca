//! `keyferry init`: data folder, certificate, vault, first administrator, configuration.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use keyferry_app::seals::FirstSeal;
use keyferry_cli::args::InitArgs;
use keyferry_cli::{CliError, Exit, Output, SecretSource, World};
use keyferry_domain::name::Name;
use keyferry_ports::entropy::Entropy as _;
use keyferry_ports::secret::SecretText;
use keyferry_server::config::{self, Config, KEYS};
use keyferry_server::tls;
use keyferry_vault::{NewVault, SealKey, SoftwareVault, harden_process};
use serde::Serialize;

use crate::compose::{compose, data_folder, host_name, told};
use crate::config::mistaken;
use crate::outside::OsEntropy;

/// Letters and digits that are not mistaken for one another.
const PASSWORD_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_CHARACTERS: usize = 24;

/// What `init` answers.
#[derive(Serialize)]
struct Initialized {
    data: String,
    url: String,
    fingerprint: String,
    administrator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

pub(crate) async fn run(world: &mut World, output: Output, args: InitArgs) -> Result<(), CliError> {
    let _ = harden_process();
    let data = data_folder(world, args.data.clone());
    refuse_second(&data)?;
    let config = config::load(&data, &world.environment).map_err(mistaken)?;
    let name: Name = args
        .administrator
        .parse()
        .map_err(|error| CliError::usage("the administrator's name is none").because(&error))?;
    let (password, made_up) = administrator_password(world, args.administrator_password_file)?;
    let vault = new_vault(world, args.passphrase_file)?;

    make_folder(&data)?;
    let fingerprint = make_certificate(&config, &args.hosts)?;
    let composed = compose(&config).await?;
    let first = FirstSeal {
        name: "passphrase"
            .parse()
            .map_err(|_| CliError::new(Exit::Bug, "no name for the seal"))?,
        kind: "passphrase".to_owned(),
        sealed_root: vault.seal,
        keyring: vault.keyring,
    };
    let app = &composed.app;
    app.seals
        .initialize(first)
        .await
        .map_err(|error| told(&error))?;
    app.access
        .add_first_administrator(name, &password)
        .await
        .map_err(|error| told(&error))?;
    if let Some(approvers) = args.dual_control {
        let begun = app.approvals.begin_with_dual_control(approvers).await;
        begun.map_err(|error| told(&error))?;
    }
    composed.database.close().await;
    write_config(&data, args.dual_control.is_some())?;

    world.say("keep the passphrase: without it nobody can open the vault");
    if made_up {
        world.say("keep the password too: it is not shown again");
    }
    let answer = Initialized {
        data: data.display().to_string(),
        url: format!("https://{}", config.listen),
        fingerprint,
        administrator: args.administrator,
        password: made_up.then(|| password.expose().to_owned()),
    };
    world.print_one(output, &answer)?;
    world.say(&format!(
        "next:\n  keyferry server --data {}\nand in another terminal:\n  keyferry login --url {} --user {} --fingerprint {}\n  keyferry seal unseal",
        data.display(),
        answer.url,
        answer.administrator,
        answer.fingerprint
    ));
    Ok(())
}

fn refuse_second(data: &Path) -> Result<(), CliError> {
    let file = data.join(config::FILE);
    if file.exists() {
        let message = format!("{} is initialised already", data.display());
        return Err(
            CliError::new(Exit::Conflict, message).hint("choose another folder with --data")
        );
    }
    Ok(())
}

fn administrator_password(
    world: &mut World,
    file: Option<PathBuf>,
) -> Result<(SecretText, bool), CliError> {
    if file.is_some() {
        let source = SecretSource {
            file,
            variable: None,
        };
        let given = world.secret("administrator's password", &source)?;
        return Ok((SecretText::new(given.expose()), false));
    }
    Ok((made_up_password(), true))
}

/// 120 random bits in letters and digits.
pub(crate) fn made_up_password() -> SecretText {
    let mut bytes = [0u8; PASSWORD_CHARACTERS];
    OsEntropy.fill(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|byte| PASSWORD_ALPHABET.get(usize::from(byte % 32)));
    let password: String = letters.map(|letter| char::from(*letter)).collect();
    SecretText::new(password)
}

/// Asks twice where a person types the passphrase: nobody could open the vault after a slip.
fn new_vault(world: &mut World, file: Option<PathBuf>) -> Result<NewVault, CliError> {
    let is_typed = file.is_none();
    let source = SecretSource {
        file,
        variable: None,
    };
    let passphrase = world.secret("passphrase for the vault", &source)?;
    if is_typed {
        let again = world.secret("the same passphrase again", &source)?;
        if again.expose() != passphrase.expose() {
            return Err(CliError::usage("the two passphrases differ").hint("type it again"));
        }
    }
    let key = SealKey::Passphrase(SecretText::new(passphrase.expose()));
    SoftwareVault::create(&key).map_err(|error| {
        CliError::usage("the vault could not be made")
            .because(&error)
            .hint("choose another passphrase: several words, which nobody could guess")
    })
}

fn make_folder(data: &Path) -> Result<(), CliError> {
    let fail = |error: std::io::Error| {
        CliError::usage(format!("{} cannot be made", data.display()))
            .because(&error)
            .hint("name a folder where you may write with --data")
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(fail)?;
    let only_owner = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(data, only_owner).map_err(fail)
}

/// Makes a self-signed certificate, unless the configured one is there already. Answers its fingerprint.
fn make_certificate(config: &Config, hosts: &[String]) -> Result<String, CliError> {
    let unusable = |error: &dyn std::error::Error| {
        CliError::usage("there is no usable certificate").because(error)
    };
    if !config.tls_certificate.exists() {
        let mut names: Vec<String> = host_name().into_iter().collect();
        names.extend(hosts.iter().cloned());
        let made = tls::self_signed(&names).map_err(|error| unusable(&error))?;
        write_new(&config.tls_private_key, &made.private_key, 0o600)?;
        write_new(&config.tls_certificate, &made.certificate, 0o644)?;
    }
    let identity = tls::load(
        &config.tls_certificate,
        &config.tls_private_key,
        config.tls_version_min,
        None,
    );
    identity
        .map(|identity| identity.fingerprint)
        .map_err(|error| unusable(&error))
}

fn write_new(file: &Path, text: &str, mode: u32) -> Result<(), CliError> {
    let write = || {
        if let Some(folder) = file.parent() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        let mut opened = options.write(true).create_new(true).mode(mode).open(file)?;
        opened.write_all(text.as_bytes())?;
        opened.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        CliError::usage(format!("{} cannot be written", file.display())).because(&error)
    })
}

/// Every key with its default, commented out: the file is its own reference.
/// Where nothing important is done alone, nobody comes in by a password alone either.
const SECOND_FACTOR: &str = "sign_in.second_factor";

fn write_config(data: &Path, has_dual_control: bool) -> Result<(), CliError> {
    let mut text = String::from("# Keyferry. Every key is listed with its default.\n");
    let mut table = "";
    for key in KEYS {
        let (section, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if section != table {
            table = section;
            text.push_str(&format!("\n[{section}]\n"));
        }
        text.push_str(&format!(
            "\n# {}\n# {name} = \"{}\"\n",
            key.words, key.default
        ));
        if has_dual_control && key.path == SECOND_FACTOR {
            text.push_str(&format!("{name} = \"required\"\n"));
        }
    }
    write_new(&data.join(config::FILE), &text, 0o600)
}

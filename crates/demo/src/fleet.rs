//! Sample connections, keystores and keys, made by way of the application as a person would.

use std::time::Duration;

use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::keys::KeyOptions;
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties};
use keyferry_app::{Actor, App, AppError};
use keyferry_domain::connection::Tier;
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::tag::Tags;
use keyferry_ports::records::{Job, JobState};

use crate::clock::nap;
use crate::error::{DemoError, Why};
use crate::landscape::{PRODUCTION, REGIONS, STAGING};
use crate::simulated::SimulatedAws;

/// The sample connections, each with its account.
pub const CONNECTIONS: &[(&str, &str)] = &[("production", PRODUCTION), ("staging", STAGING)];

/// The sample keystores: name, connection, what for.
pub const KEYSTORES: &[(&str, &str, &str)] = &[
    ("payments", "production", "Keys of the payment service"),
    (
        "signing",
        "production",
        "Keys that sign documents and releases",
    ),
    ("staging", "staging", "Whatever is being tried"),
];

/// A sample key, whose KMS key and alias have the same name.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Its keystore.
    pub keystore: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub spec: KeySpec,
    /// What for; `None` is the spec's default.
    pub usage: Option<KeyUsage>,
    /// Free text.
    pub description: &'static str,
    /// Whether it ends disabled.
    pub disabled: bool,
}

const fn sample(
    keystore: &'static str,
    name: &'static str,
    spec: KeySpec,
    description: &'static str,
) -> Sample {
    Sample {
        keystore,
        name,
        spec,
        usage: None,
        description,
        disabled: false,
    }
}

/// The sample keys.
pub const SAMPLES: &[Sample] = &[
    sample(
        "payments",
        "invoices",
        KeySpec::Aes256,
        "Encrypts invoices at rest",
    ),
    sample(
        "payments",
        "cards",
        KeySpec::Aes256,
        "Encrypts card numbers",
    ),
    sample(
        "payments",
        "card-tokens",
        KeySpec::Hmac256,
        "Turns card numbers into tokens",
    ),
    Sample {
        disabled: true,
        ..sample(
            "payments",
            "reports-2024",
            KeySpec::Aes256,
            "Reports that nobody reads any more",
        )
    },
    Sample {
        usage: Some(KeyUsage::SignVerify),
        ..sample("signing", "documents", KeySpec::Rsa2048, "Signs contracts")
    },
    sample(
        "signing",
        "releases",
        KeySpec::EcP256,
        "Signs software releases",
    ),
    sample("staging", "backups", KeySpec::Aes256, "Encrypts backups"),
    sample(
        "staging",
        "webhooks",
        KeySpec::Hmac512,
        "Authenticates webhooks",
    ),
];

/// How often a job is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Looks at one job at most: two minutes.
const GLANCES_MAX: u32 = 2_400;

/// Whether the installation has the samples already.
///
/// # Errors
///
/// [`DemoError::App`] where the connections cannot be read.
pub async fn is_there(app: &App, actor: &Actor) -> Result<bool, DemoError> {
    let known = app.connections.list(actor).await;
    let known = known.map_err(DemoError::app("the connections could not be read"))?;
    Ok(known.iter().any(|known| {
        CONNECTIONS
            .iter()
            .any(|(name, _)| known.name.as_str() == *name)
    }))
}

/// Makes connections, keystores and keys, and waits until every key is in AWS. The engine must be running.
///
/// # Errors
///
/// [`DemoError`] names what was not made.
pub async fn make(app: &App, actor: &Actor, aws: &SimulatedAws) -> Result<(), DemoError> {
    for (name, account) in CONNECTIONS {
        let made = connect(app, actor, aws, name, account).await;
        made.map_err(DemoError::app(format!(
            "the connection {name} was not made"
        )))?;
    }
    for (name, connection, description) in KEYSTORES {
        let made = keystore(app, actor, name, connection, description).await;
        made.map_err(DemoError::app(format!("the keystore {name} was not made")))?;
    }
    let mut jobs = Vec::new();
    for sample in SAMPLES {
        let asked = create(app, actor, sample).await;
        let what = format!("the KMS key {} was not made", sample.name);
        if let Answer::Started { job, .. } = asked.map_err(DemoError::app(what))? {
            jobs.push((sample, job));
        }
    }
    for (sample, job) in jobs {
        let failed = |why: Why| DemoError::Sample {
            what: format!("the KMS key {}", sample.name),
            why: why.to_string(),
        };
        wait_for(app, actor, &job).await.map_err(failed)?;
    }
    Ok(())
}

async fn connect(
    app: &App,
    actor: &Actor,
    aws: &SimulatedAws,
    name: &str,
    account: &str,
) -> Result<(), AppError> {
    let link = aws.link(account).ok_or_else(|| AppError::NotFound {
        what: "access key",
        selector: account.to_owned(),
    })?;
    let regions = REGIONS.iter().map(|region| region.parse());
    let command = AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: name.parse()?,
        request: LinkRequest {
            link,
            regions: regions.collect::<Result<_, _>>()?,
            tier: Tier::Full,
        },
        allow_unverified: false,
    };
    app.connections.add(actor, command).await.map(drop)
}

async fn keystore(
    app: &App,
    actor: &Actor,
    name: &str,
    connection: &str,
    description: &str,
) -> Result<(), AppError> {
    let template = Template {
        tags: Tags::from([("team".to_owned(), name.to_owned())]),
        ..Template::default()
    };
    let command = CreateKeystore {
        group: None,
        rotation: RotationChoice::Inherit,
        name: name.parse()?,
        description: description.to_owned(),
        connection: connection.to_owned(),
        regions: Vec::new(),
        template,
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    };
    app.keystores.create(actor, command).await.map(drop)
}

async fn create(app: &App, actor: &Actor, sample: &Sample) -> Result<Answer, AppError> {
    let command = CreateKmsKey {
        keystore: sample.keystore.to_owned(),
        name: sample.name.parse()?,
        spec: Some(sample.spec),
        key: KeyOptions::default(),
        properties: Properties {
            usage: sample.usage,
            aliases: vec![sample.name.parse()?],
            description: Some(sample.description.to_owned()),
            disabled: sample.disabled,
            ..Properties::default()
        },
    };
    app.kms_keys.create(actor, command, &Mode::default()).await
}

async fn wait_for(app: &App, actor: &Actor, job: &Job) -> Result<(), Why> {
    for _ in 0..GLANCES_MAX {
        let details = app.jobs.show(actor, job.id).await?;
        if details.job.state == JobState::Succeeded {
            return Ok(());
        }
        if details.job.finished_at.is_some() {
            let notes = details.targets.iter().filter_map(|row| row.0.note.as_ref());
            let notes: Vec<String> = notes.map(|(code, why)| format!("[{code}] {why}")).collect();
            return Err(Why::new(notes.join("; ")));
        }
        nap(GLANCE).await;
    }
    Err(Why::new("its job takes too long"))
}

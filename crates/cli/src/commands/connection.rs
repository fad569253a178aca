//! Connections.

use keyferry_api::connection::{
    AddConnectionRequest, ClientCertificateRequest, ConnectionPage, ConnectionView, DoctorRequest,
    EndpointSpec, HostView, HostsView, IdentityRequest, PolicyView, PrincipalsView, ProxyRequest,
    RegionView, RegionsView, StoredConnectionView, Tier, TlsChangeRequest, TlsRequest,
    UpdateConnectionRequest, VerificationView, VerifyConnectionRequest,
};
use keyferry_api::endpoints as at;
use keyferry_api::kms_key::StartedView;
use keyferry_api::secret::Secret;

use super::operation::{new_idempotency_key, show_plan, with_mode};
use super::{Context, doctor, text};
use crate::args::{
    AddArgs, ConnectionCommand, LinkArgs, PolicyArgs, RunArgs, TrialArgs, UpdateConnectionArgs,
    VerifyArgs,
};
use crate::client::Call;
use crate::credentials::access_key_of_csv;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::secrets::SecretSource;
use crate::table::Table;
use crate::world::World;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: ConnectionCommand,
) -> Result<(), CliError> {
    match command {
        ConnectionCommand::List => list(context).await,
        ConnectionCommand::Show { connection } => {
            let found = find(context, &connection).await?;
            context
                .world
                .print(context.globals.output, &found, || Table::one(&found))
        }
        ConnectionCommand::Verify(args) => verify(context, args).await,
        ConnectionCommand::Add(args) => add(context, args).await,
        ConnectionCommand::Update(args) => update(context, args).await,
        ConnectionCommand::Delete { connection, trial } => {
            delete(context, &connection, trial).await
        }
        ConnectionCommand::RotateAccessKey { connection, run } => {
            rotate_access_key(context, &connection, &run).await
        }
        ConnectionCommand::Principals { connection } => principals(context, &connection).await,
        ConnectionCommand::Regions {
            connection: Some(connection),
            enabled,
            ..
        } => regions(context, &connection, enabled).await,
        ConnectionCommand::Regions { partition, .. } => known_regions(context, partition).await,
        ConnectionCommand::Policy(args) => policy(context, args).await,
        ConnectionCommand::Hosts { regions, endpoint } => hosts(context, &regions, endpoint).await,
        ConnectionCommand::Doctor {
            connection,
            sandbox,
            region,
            report,
        } => {
            let request = DoctorRequest { sandbox, region };
            doctor::run(context, &connection, request, report.as_deref()).await
        }
    }
}

async fn find(context: &Context<'_>, connection: &str) -> Result<ConnectionView, CliError> {
    context
        .client
        .send(Call::to(&at::SHOW_CONNECTION, &[connection]))
        .await?
        .read()
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let page: ConnectionPage = context
        .client
        .send(Call::to(&at::LIST_CONNECTIONS, &[]))
        .await?
        .read()?;
    let row = |one: &ConnectionView| {
        vec![
            one.name.clone(),
            one.cloud.clone(),
            text::cell(one.account.as_ref()),
            one.regions.join(","),
            endpoint_cell(one),
            one.identity.kind.clone(),
            one.tier.as_str().to_owned(),
            one.health.state.as_str().to_owned(),
            one.created_by.clone(),
            one.created_at.clone(),
            one.updated_at.clone(),
        ]
    };
    let head = [
        "NAME", "CLOUD", "ACCOUNT", "REGIONS", "URL", "IDENTITY", "TIER", "LINK", "ADDED BY",
        "CREATED", "UPDATED",
    ];
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&head, page.items.iter().map(row).collect())
        })?;
    let first = "connection add NAME --region REGION --csv FILE";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}

/// Where KMS is called; an address that is not the Region's own is marked.
fn endpoint_cell(connection: &ConnectionView) -> String {
    match connection.endpoint {
        EndpointSpec::Custom { .. } => format!("{} (custom)", connection.url),
        _ => connection.url.clone(),
    }
}

/// The access key that the options describe. A secret alone belongs to the stored access key id, if there is one.
fn access_key(
    world: &mut World,
    args: &LinkArgs,
    stored_id: Option<&str>,
) -> Result<Option<IdentityRequest>, CliError> {
    let source = args.secret_access_key();
    let stored_id = stored_id.filter(|_| source.is_given());
    let id = args.access_key_id.as_deref().or(stored_id);
    let (access_key_id, secret_access_key): (String, Secret) = match (&args.csv, id) {
        (Some(file), _) => access_key_of_csv(&world.read_text(file)?)?,
        (None, Some(id)) => (id.to_owned(), world.secret("secret access key", &source)?),
        (None, None) if source.is_given() => {
            let message = "a secret access key without its access key id";
            return Err(CliError::usage(message).hint("give --access-key-id as well"));
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(IdentityRequest::AccessKey {
        access_key_id,
        secret_access_key,
    }))
}

/// The identity that the options describe, if they describe one.
fn identity(
    world: &mut World,
    args: &LinkArgs,
    stored_id: Option<&str>,
) -> Result<Option<IdentityRequest>, CliError> {
    let base = match access_key(world, args, stored_id)? {
        None if args.host_credentials => Some(IdentityRequest::Host {
            profile: args.profile.clone(),
        }),
        other => other,
    };
    let Some(role_arn) = args.role_arn.clone() else {
        return Ok(base);
    };
    if let Some(token_file) = args.web_identity_token_file.clone() {
        return Ok(Some(IdentityRequest::WebIdentity {
            role_arn,
            token_file,
        }));
    }
    let external_id = args.external_id.clone();
    Ok(Some(IdentityRequest::AssumeRole {
        role_arn,
        external_id,
        base: base.map(Box::new),
    }))
}

fn client_certificate(
    world: &mut World,
    args: &LinkArgs,
) -> Result<Option<ClientCertificateRequest>, CliError> {
    match (&args.client_certificate_file, &args.client_key_file) {
        (Some(chain), Some(key)) => Ok(Some(ClientCertificateRequest {
            chain: world.read_text(chain)?,
            private_key: Secret::new(world.read_text(key)?),
        })),
        _ => Ok(None),
    }
}

fn tls(world: &mut World, args: &LinkArgs) -> Result<TlsRequest, CliError> {
    Ok(TlsRequest {
        ca_bundle: text::document(world, args.ca_file.as_deref())?,
        client_certificate: client_certificate(world, args)?,
        check_host_name: !args.no_host_name_check,
    })
}

fn tls_change(
    world: &mut World,
    args: &UpdateConnectionArgs,
) -> Result<TlsChangeRequest, CliError> {
    let check_host_name = match (args.host_name_check, args.link.no_host_name_check) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    };
    Ok(TlsChangeRequest {
        ca_bundle: text::document(world, args.link.ca_file.as_deref())?,
        remove_ca_bundle: args.no_ca,
        client_certificate: client_certificate(world, &args.link)?,
        remove_client_certificate: args.no_client_certificate,
        check_host_name,
    })
}

fn proxy(world: &mut World, args: &LinkArgs) -> Result<Option<ProxyRequest>, CliError> {
    let Some(url) = args.proxy.clone() else {
        return Ok(None);
    };
    let source = SecretSource {
        file: args.proxy_password_file.clone(),
        variable: None,
    };
    let password = match &args.proxy_user {
        Some(_) => Some(world.secret("proxy password", &source)?),
        None => None,
    };
    Ok(Some(ProxyRequest {
        url,
        user: args.proxy_user.clone(),
        password,
    }))
}

fn settings(
    world: &mut World,
    name: Option<String>,
    args: &LinkArgs,
) -> Result<VerifyConnectionRequest, CliError> {
    let identity = identity(world, args, None)?.ok_or_else(|| {
        CliError::usage("the connection has no identity")
            .hint("give --access-key-id, --csv, --role-arn or --host-credentials")
    })?;
    if args.regions.is_empty() {
        return Err(CliError::usage("the connection has no Region")
            .hint("give --region, several times for several"));
    }
    Ok(VerifyConnectionRequest {
        name,
        identity,
        regions: args.regions.clone(),
        tier: args.tier.as_deref().and_then(Tier::from_word),
        endpoint: args
            .endpoint
            .as_deref()
            .map(EndpointSpec::from_text)
            .unwrap_or_default(),
        tls: tls(world, args)?,
        proxy: proxy(world, args)?,
    })
}

/// Says what a verification found, in words.
fn say(world: &mut World, found: &VerificationView) {
    world.say(&found.message);
    for check in &found.regions {
        if let Some(problem) = &check.problem {
            world.say(&format!("warning: {}: {problem}", check.region));
        }
    }
    if !found.missing_actions.is_empty() {
        world.say(&format!(
            "warning: these actions are missing: {}",
            found.missing_actions.join(", ")
        ));
        world.say("hint: `keyferry connection policy` prints a policy with all of them");
    }
    if let Some(why) = &found.actions_unchecked {
        world.say(&format!("note: actions were not checked: {why}"));
    }
}

async fn verify(context: &mut Context<'_>, args: VerifyArgs) -> Result<(), CliError> {
    if let Some(name) = args.connection {
        let reply = context
            .client
            .send(Call::to(&at::TEST_CONNECTION, &[&name]))
            .await?;
        return print_stored(context, &reply.read()?);
    }
    let request = settings(context.world, None, &args.link)?;
    try_out(context, request).await
}

async fn try_out(
    context: &mut Context<'_>,
    request: VerifyConnectionRequest,
) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::VERIFY_CONNECTION, &[]).body(&request))
        .await?;
    let found: VerificationView = reply.read()?;
    say(context.world, &found);
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

/// Shows a stored connection; a link that does not work is an error after the data.
fn print_stored(context: &mut Context<'_>, stored: &StoredConnectionView) -> Result<(), CliError> {
    let connection = &stored.connection;
    context
        .world
        .print(context.globals.output, stored, || Table::one(connection))?;
    match (&stored.verification, &connection.health.why) {
        (Some(found), _) => {
            say(context.world, found);
            Ok(())
        }
        (None, why) => {
            let message = format!("the connection `{}` does not work", connection.name);
            let mut error = CliError::new(Exit::Conflict, message);
            error.causes.extend(why.clone());
            Err(error.hint(
                "`keyferry connection doctor` shows where the way ends; `keyferry connection update` changes settings",
            ))
        }
    }
}

async fn add(context: &mut Context<'_>, args: AddArgs) -> Result<(), CliError> {
    let settings = settings(context.world, Some(args.name.clone()), &args.link)?;
    let VerifyConnectionRequest {
        identity,
        regions,
        tier,
        endpoint,
        tls,
        proxy,
        ..
    } = settings;
    let request = AddConnectionRequest {
        name: args.name,
        group: args.group,
        identity,
        regions,
        tier,
        endpoint,
        tls,
        proxy,
        rotation: args.rotation.request(),
        access_key_rotation: args.access_key.request(),
        allow_unverified: args.allow_unverified,
    };
    let call = Call::to(&at::ADD_CONNECTION, &[])
        .body(&request)
        .tried(args.trial);
    let reply = context.client.send(call).await;
    let stored: StoredConnectionView = reply.map_err(offer_unverified)?.read()?;
    context.say_tried(args.trial);
    stored_or_noted(context, &stored, args.allow_unverified, args.trial)
}

fn offer_unverified(error: CliError) -> CliError {
    if !error
        .code
        .as_deref()
        .is_some_and(|code| code.starts_with("aws."))
    {
        return error;
    }
    let offer = "nothing was stored; --allow-unverified stores it all the same";
    let hint = match &error.hint {
        Some(hint) => format!("{hint}; {offer}"),
        None => offer.to_owned(),
    };
    error.hint(hint)
}

/// What was stored on purpose without a working link is no error.
fn stored_or_noted(
    context: &mut Context<'_>,
    stored: &StoredConnectionView,
    allow_unverified: bool,
    trial: TrialArgs,
) -> Result<(), CliError> {
    match print_stored(context, stored) {
        Err(error) if allow_unverified && error.exit == Exit::Conflict => {
            let done = if trial.dry_run {
                "it would be stored"
            } else {
                "stored"
            };
            context
                .world
                .say(&format!("warning: {done}, but {}", error.message));
            error
                .causes
                .iter()
                .for_each(|cause| context.world.say(&format!("caused by: {cause}")));
            Ok(())
        }
        other => other,
    }
}

async fn update(context: &mut Context<'_>, args: UpdateConnectionArgs) -> Result<(), CliError> {
    let path = [args.connection.as_str()];
    let now = context
        .client
        .send(Call::to(&at::SHOW_CONNECTION, &path))
        .await?;
    let etag = now.etag.clone();
    let stored: ConnectionView = now.read()?;
    let link = &args.link;
    let stored_id = stored.identity.access_key_id.as_deref();
    let request = UpdateConnectionRequest {
        identity: identity(context.world, link, stored_id)?,
        regions: text::given(link.regions.clone()),
        tier: link.tier.as_deref().and_then(Tier::from_word),
        endpoint: link.endpoint.as_deref().map(EndpointSpec::from_text),
        tls: tls_change(context.world, &args)?,
        proxy: proxy(context.world, link)?,
        remove_proxy: args.no_proxy,
        rotation: args.rotation.request(),
        access_key_rotation: args.access_key.request(),
        allow_unverified: args.allow_unverified,
    };
    let call = Call::to(&at::UPDATE_CONNECTION, &path)
        .body(&request)
        .header("if-match", etag)
        .tried(args.trial);
    let stored: StoredConnectionView = context
        .client
        .send(call)
        .await
        .map_err(offer_unverified)?
        .read()?;
    let words = format!("the connection `{}` was updated", stored.connection.name);
    context.say_done(args.trial, &words);
    stored_or_noted(context, &stored, args.allow_unverified, args.trial)
}

/// Answers as soon as the job is begun, and shows it: it ends a day later.
async fn rotate_access_key(
    context: &mut Context<'_>,
    connection: &str,
    run: &RunArgs,
) -> Result<(), CliError> {
    let key = run
        .idempotency_key
        .clone()
        .unwrap_or_else(new_idempotency_key);
    let path = [connection];
    let call: Call<'_, ()> = Call::to(&at::ROTATE_ACCESS_KEY, &path);
    let reply = context.client.send(with_mode(call, run, key)).await?;
    if run.dry_run {
        return show_plan(context, &reply);
    }
    let started: StartedView = reply.read()?;
    let Some(job) = started.job else {
        return Ok(());
    };
    context.world.say(&format!(
        "the job {} is under way: it switches within minutes, and deletes the former access key a day later",
        job.id
    ));
    context
        .world
        .print(context.globals.output, &job, || Table::one(&job))
}

async fn delete(
    context: &mut Context<'_>,
    connection: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let found = find(context, connection).await?;
    let loss = format!(
        "The connection `{}` will be removed. Its KMS keys stay in AWS as they are.",
        found.name
    );
    context.confirm(trial, &found.name, &loss)?;
    context
        .client
        .send(Call::to(&at::DELETE_CONNECTION, &[&found.id]).tried(trial))
        .await?;
    let words = format!("the connection `{}` was removed", found.name);
    context.say_done(trial, &words);
    Ok(())
}

async fn principals(context: &mut Context<'_>, connection: &str) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::CONNECTION_PRINCIPALS, &[connection]))
        .await?;
    let found: PrincipalsView = reply.read()?;
    let kinds = [("user", &found.users), ("role", &found.roles)];
    let rows = kinds.into_iter().flat_map(|(kind, arns)| {
        arns.iter()
            .map(move |arn| vec![kind.to_owned(), arn.clone()])
    });
    let table = Table::list(&["KIND", "ARN"], rows.collect());
    context
        .world
        .print(context.globals.output, &found, || table)
}

async fn regions(
    context: &mut Context<'_>,
    connection: &str,
    only_enabled: bool,
) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::CONNECTION_REGIONS, &[connection]))
        .await?;
    let mut found: RegionsView = reply.read()?;
    if only_enabled {
        found.regions.retain(|row| row.enabled == Some(true));
    }
    print_regions(context, &found)
}

async fn known_regions(
    context: &mut Context<'_>,
    partition: Option<String>,
) -> Result<(), CliError> {
    let call = Call::to(&at::KNOWN_REGIONS, &[]).query("partition", partition);
    print_regions(context, &context.client.send(call).await?.read()?)
}

fn print_regions(context: &mut Context<'_>, found: &RegionsView) -> Result<(), CliError> {
    let yes_no = |value: bool| if value { "yes" } else { "no" }.to_owned();
    let row = |row: &RegionView| {
        vec![
            row.region.clone(),
            row.name.clone(),
            row.enabled.map_or_else(|| "not known".to_owned(), yes_no),
            yes_no(row.in_use),
        ]
    };
    let rows = found.regions.iter().map(row).collect();
    let table = Table::list(&["REGION", "NAME", "ENABLED", "IN USE"], rows);
    context
        .world
        .print(context.globals.output, found, || table)?;
    if let Some(why) = &found.why_not_asked {
        context.world.say(&format!(
            "note: the account could not be asked, so this is the list that Keyferry brings: {why}"
        ));
        context
            .world
            .say("hint: allow account:ListRegions or ec2:DescribeRegions");
    }
    Ok(())
}

async fn policy(context: &mut Context<'_>, args: PolicyArgs) -> Result<(), CliError> {
    let regions = Some(args.regions.join(",")).filter(|regions| !regions.is_empty());
    let call = Call::to(&at::CONNECTION_POLICY, &[])
        .query("tier", Some(args.tier))
        .query("format", Some(args.format))
        .query("guardrail", args.guardrail.then_some("true"))
        .query("account", args.account)
        .query("partition", args.partition)
        .query("regions", regions)
        .query("name", args.name)
        .query("principal", args.principal)
        .query("external_id", args.external_id)
        .query("provider", args.provider)
        .query("audience", args.audience)
        .query("subject", args.subject)
        .query("multi_region", args.multi_region.then_some("true"))
        .query("native", args.native.then_some("true"))
        .query("grants", args.grants.then_some("true"));
    let mut found: PolicyView = context.client.send(call).await?.read()?;
    if let Some(only) = &args.only {
        found.documents.retain(|document| document.kind == *only);
    }
    print_documents(context, &found)
}

/// For people the documents themselves are the data, ready for files; their names are words.
fn print_documents(context: &mut Context<'_>, found: &PolicyView) -> Result<(), CliError> {
    if context.globals.output != Output::Table {
        return context
            .world
            .print(context.globals.output, found, || Table::one(found));
    }
    for document in &found.documents {
        context
            .world
            .say(&format!("# {} ({})", document.file_name, document.kind));
        context
            .world
            .print_text(&format!("{}\n", document.text.trim_end()))?;
    }
    if let Some(id) = &found.external_id {
        context.world.say(&format!(
            "note: give --external-id {id} to `keyferry connection add`"
        ));
    }
    Ok(())
}

async fn hosts(
    context: &mut Context<'_>,
    regions: &[String],
    endpoint: Option<String>,
) -> Result<(), CliError> {
    let call = Call::to(&at::CONNECTION_HOSTS, &[])
        .query("regions", Some(regions.join(",")))
        .query("endpoint", endpoint);
    let found: HostsView = context.client.send(call).await?.read()?;
    let row = |host: &HostView| vec![host.name.clone(), host.what_for.clone()];
    context.world.print(context.globals.output, &found, || {
        Table::list(&["HOST", "WHAT FOR"], found.hosts.iter().map(row).collect())
    })
}

//! OpenID providers.

use keyferry_api::endpoints as at;
use keyferry_api::secret::Secret;
use keyferry_api::sign_in_provider::{
    AddProviderRequest, AddSignInRuleRequest, ProviderFactsView, ProviderPage, ProviderSummary,
    ProviderView, Provisioning, SignInRuleView, UpdateProviderRequest,
};

use super::{Context, text};
use crate::args::{
    AddProviderArgs, AddRuleArgs, ClientSecretArgs, SignInProviderCommand, TrialArgs,
    UpdateProviderArgs,
};
use crate::client::Call;
use crate::error::CliError;
use crate::secrets::SecretSource;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: SignInProviderCommand,
) -> Result<(), CliError> {
    match command {
        SignInProviderCommand::Add(args) => add(context, *args).await,
        SignInProviderCommand::List => list(context).await,
        SignInProviderCommand::Show { provider } => {
            let path = [provider.as_str()];
            let call = Call::to(&at::SHOW_PROVIDER, &path);
            let found = context.client.send(call).await?.read()?;
            show(context, &found)
        }
        SignInProviderCommand::Update(args) => update(context, *args).await,
        SignInProviderCommand::Remove { provider, trial } => {
            remove(context, &provider, trial).await
        }
        SignInProviderCommand::Test { provider } => {
            let path = [provider.as_str()];
            let call = Call::to(&at::TEST_PROVIDER, &path);
            let facts: ProviderFactsView = context.client.send(call).await?.read()?;
            let output = context.globals.output;
            context.world.print(output, &facts, || Table::one(&facts))
        }
        SignInProviderCommand::AddRule(args) => add_rule(context, args).await,
        SignInProviderCommand::RemoveRule {
            provider,
            rule,
            trial,
        } => {
            let path = [provider.as_str(), rule.as_str()];
            let call = Call::to(&at::DELETE_SIGN_IN_RULE, &path).tried(trial);
            context.client.send(call).await?;
            context.say_done(
                trial,
                "the rule was removed; what it gave is taken at each person's next sign-in",
            );
            Ok(())
        }
    }
}

fn client_secret(
    context: &mut Context<'_>,
    args: &ClientSecretArgs,
) -> Result<Option<Secret>, CliError> {
    let source = SecretSource {
        file: args.client_secret_file.clone(),
        variable: args.client_secret_env.clone(),
    };
    match source.is_given() {
        true => context.world.secret("client secret", &source).map(Some),
        false => Ok(None),
    }
}

fn some(scopes: Vec<String>) -> Option<Vec<String>> {
    Some(scopes).filter(|scopes| !scopes.is_empty())
}

fn provisioning(word: Option<&str>) -> Option<Provisioning> {
    word.and_then(Provisioning::from_word)
}

async fn add(context: &mut Context<'_>, args: AddProviderArgs) -> Result<(), CliError> {
    let here = context.client.url().to_owned();
    let request = AddProviderRequest {
        name: args.name,
        issuer: args.issuer,
        client_id: args.client_id,
        client_secret: client_secret(context, &args.secret)?,
        scopes: some(args.scope),
        name_claim: args.name_claim,
        public_url: args.public_url.unwrap_or(here),
        ca_bundle: text::document(context.world, args.ca_file.as_deref())?,
        provisioning: provisioning(args.provisioning.as_deref()),
    };
    let call = Call::to(&at::ADD_PROVIDER, &[]).body(&request);
    let added: ProviderView = context.client.send(call.tried(args.trial)).await?.read()?;
    let words = format!(
        "register this redirect URI at the provider: {}",
        added.redirect_uri
    );
    context.say_done(args.trial, &words);
    show(context, &added)
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_PROVIDERS, &[]);
    let page: ProviderPage = context.client.send(call).await?.read()?;
    let row = |one: &ProviderSummary| vec![one.name.clone(), one.start_url.clone()];
    let output = context.globals.output;
    context.world.print(output, &page.items, || {
        Table::list(&["NAME", "BEGINS AT"], page.items.iter().map(row).collect())
    })?;
    let first = "sign-in-provider add NAME --issuer URL --client-id ID";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}

async fn update(context: &mut Context<'_>, args: UpdateProviderArgs) -> Result<(), CliError> {
    let request = UpdateProviderRequest {
        client_id: args.client_id,
        client_secret: client_secret(context, &args.secret)?,
        scopes: some(args.scope),
        name_claim: args.name_claim,
        public_url: args.public_url,
        ca_bundle: text::document(context.world, args.ca_file.as_deref())?,
        provisioning: provisioning(args.provisioning.as_deref()),
    };
    let path = [args.provider.as_str()];
    let seen = context
        .client
        .send(Call::to(&at::SHOW_PROVIDER, &path))
        .await?;
    let call = Call::to(&at::UPDATE_PROVIDER, &path).body(&request);
    let call = call.header("if-match", seen.etag).tried(args.trial);
    let changed = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    show(context, &changed)
}

async fn remove(
    context: &mut Context<'_>,
    provider: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let loss = "Whoever comes by this provider is signed out, loses the roles that its rules gave, and has no way in.";
    context.confirm(trial, provider, loss)?;
    let path = [provider];
    let call = Call::to(&at::DELETE_PROVIDER, &path).tried(trial);
    context.client.send(call).await?;
    context.say_done(trial, &format!("the provider `{provider}` was removed"));
    Ok(())
}

async fn add_rule(context: &mut Context<'_>, args: AddRuleArgs) -> Result<(), CliError> {
    let request = AddSignInRuleRequest {
        claim: args.claim,
        value: args.value,
        role: args.role,
        group: args.group,
    };
    let path = [args.provider.as_str()];
    let call = Call::to(&at::ADD_SIGN_IN_RULE, &path).body(&request);
    let made: SignInRuleView = context.client.send(call.tried(args.trial)).await?.read()?;
    context.say_tried(args.trial);
    let output = context.globals.output;
    context
        .world
        .print(output, &made, || Table::list(&COLUMNS, vec![row_of(&made)]))
}

const COLUMNS: [&str; 6] = ["CLAIM", "VALUE", "ROLE", "GROUP", "MADE BY", "ID"];

fn row_of(rule: &SignInRuleView) -> Vec<String> {
    let group = rule.group_name.clone().or_else(|| rule.group.clone());
    vec![
        rule.claim.clone(),
        rule.value.clone(),
        rule.role.clone(),
        group.unwrap_or_else(|| "(installation)".to_owned()),
        rule.made_by.clone(),
        rule.id.clone(),
    ]
}

fn show(context: &mut Context<'_>, found: &ProviderView) -> Result<(), CliError> {
    let output = context.globals.output;
    context.world.print(output, found, || Table::one(found))
}

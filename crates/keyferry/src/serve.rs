//! `keyferry server`: opens what there is, works off jobs, answers requests, and ends in order.

use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use keyferry_app::{Actor, App};
use keyferry_cli::args::ServerArgs;
use keyferry_cli::{CliError, Exit, World};
use keyferry_server::clients::ClientTrust;
use keyferry_server::config::{self, Config, LogFormat};
use keyferry_server::{ServerState, serve, service, tls, unseal};
use keyferry_vault::harden_process;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::compose::{Composed, compose, data_folder, told};
use crate::config::mistaken;

pub(crate) async fn run(world: &mut World, args: ServerArgs) -> Result<(), CliError> {
    let hardened = harden_process();
    let data = data_folder(world, args.data.clone());
    if let Some(listen) = &args.listen {
        world
            .environment
            .insert("KEYFERRY_LISTEN".to_owned(), listen.clone());
    }
    let config = config::load(&data, &world.environment).map_err(mistaken)?;
    log(&config)?;
    if let Err(error) = hardened {
        tracing::warn!("{error}");
    }
    let clients = config
        .tls_client_ca
        .as_deref()
        .map(|authorities| ClientTrust::read(authorities, config.tls_client_crl.as_deref()));
    let clients = clients.transpose().map_err(|error| {
        CliError::usage("client certificates cannot be verified")
            .because(&error)
            .hint("look at `tls.client_ca` and `tls.client_crl`")
    })?;
    let identity = tls::load(
        &config.tls_certificate,
        &config.tls_private_key,
        config.tls_version_min,
        clients,
    )
    .map_err(|error| {
        CliError::usage("the server has no usable certificate")
            .because(&error)
            .hint("run `keyferry init` first, or name the data folder with --data")
    })?;
    let composed = compose(&config).await?;
    open_vault(world, &args, &config, &composed.app).await?;

    let listener = serve::listen(config.listen).map_err(unserved)?;
    let address = listener
        .local_addr()
        .map_err(|error| unserved(serve::ServeError::Stopped(error)))?;
    tracing::info!(
        fingerprint = identity.fingerprint,
        "listening on https://{address}"
    );

    let (stop, stopped) = watch::channel(false);
    let signals = tokio::spawn(wait_for_signal(stop));
    let result = serve_until(composed, listener, &identity, &config, stopped).await;
    signals.abort();
    tracing::info!("stopped");
    result
}

/// Works off jobs and answers requests until the word to stop, then ends in order.
pub(crate) async fn serve_until(
    composed: Composed,
    listener: TcpListener,
    identity: &tls::Identity,
    config: &Config,
    stopped: watch::Receiver<bool>,
) -> Result<(), CliError> {
    // Before anything is begun: an older database was perhaps restored.
    let examined = composed.app.notary.examine().await;
    examined.map_err(|error| told(&error))?;
    let whole = || (Arc::clone(&composed.app), stopped.clone());
    let (app, word) = whole();
    let working = tokio::spawn(while_trusted(app, word, |app, end| {
        Box::pin(async move { app.engine.run(end).await })
    }));
    let (app, word) = whole();
    let watching = tokio::spawn(while_trusted(app, word, |app, end| {
        Box::pin(async move { app.watch.run(end).await })
    }));
    let (app, word) = whole();
    let scheduling = tokio::spawn(while_trusted(app, word, |app, end| {
        Box::pin(async move { app.scheduler.run(end).await })
    }));
    let (app, word) = whole();
    let sending = tokio::spawn(while_trusted(app, word, |app, end| {
        Box::pin(async move { app.sender.run(end).await })
    }));
    let (app, word) = whole();
    let delivering = tokio::spawn(async move { app.courier.run(until(word)).await });
    let (app, word) = whole();
    let signing = tokio::spawn(async move { app.notary.run(until(word)).await });
    let (app, word) = whole();
    let telling = tokio::spawn(async move { app.request_logs.run(until(word)).await });
    let service = service(
        ServerState {
            app: Arc::clone(&composed.app),
        },
        config,
    );
    let result = serve::serve(
        listener,
        identity,
        service,
        &config.connections,
        until(stopped),
    )
    .await;
    composed.app.request_logs.flush().await;
    let _ = telling.await;
    let _ = signing.await;
    let _ = delivering.await;
    let _ = sending.await;
    let _ = scheduling.await;
    let _ = watching.await;
    let _ = working.await;
    composed.database.close().await;
    result.map_err(unserved)
}

/// The end of what runs.
type End = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs something while this server trusts its database: it ends when a quarantine begins, and begins again once a person
/// has ended that, until the word to stop.
async fn while_trusted(
    app: Arc<App>,
    stopped: watch::Receiver<bool>,
    run: impl Fn(Arc<App>, End) -> End,
) {
    while !*stopped.borrow() {
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = app.quarantine.left() => {}
        }
        let (quarantine, word) = (Arc::clone(&app.quarantine), stopped.clone());
        let end = async move {
            tokio::select! {
                () = until(word) => {}
                () = quarantine.entered() => {}
            }
        };
        run(Arc::clone(&app), Box::pin(end)).await;
    }
}

pub(crate) fn unserved(error: serve::ServeError) -> CliError {
    let told = CliError::new(Exit::Transient, error.to_string());
    let told = match &error {
        serve::ServeError::Listen { .. } => told.hint(
            "stop what listens there, or choose another address: `server --listen`, `demo --port`",
        ),
        serve::ServeError::Stopped(_) => told.hint("start it again; what was under way goes on"),
    };
    match std::error::Error::source(&error) {
        Some(cause) => told.because(cause),
        None => told,
    }
}

pub(crate) fn log(config: &Config) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(&config.log_level)
        .map_err(|error| CliError::usage("`log.level` is no filter").because(&error))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.with_ansi(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Opens the vault where a passphrase is at hand; else the server starts sealed.
async fn open_vault(
    world: &World,
    args: &ServerArgs,
    config: &Config,
    app: &App,
) -> Result<(), CliError> {
    let Some(file) = unseal::find(args.unseal_file.clone(), config, &world.environment) else {
        tracing::warn!("the vault is sealed; open it with `keyferry seal unseal`");
        return Ok(());
    };
    let passphrase = unseal::read(&file, &world.environment).map_err(|error| {
        let mut told = CliError::usage(error.to_string());
        told.hint = error.hint();
        match std::error::Error::source(&error) {
            Some(cause) => told.because(cause),
            None => told,
        }
    })?;
    app.seals
        .unseal(&Actor::System, &passphrase)
        .await
        .map_err(|error| told(&error))?;
    tracing::info!("the vault is open");
    Ok(())
}

/// Returns once the word to stop was given, or nobody is left to give it.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

pub(crate) async fn wait_for_signal(stop: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("signals cannot be waited for; end the server by force");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
}

//! Where alerts are delivered to.

use keyferry_api::alert::Severity as ApiSeverity;
use keyferry_api::alert_destination::{
    AddDestinationRequest, AddedDestinationView, AddressRequest, DeliveryState as ApiState,
    DeliveryView, DestinationView, MailSecurity as ApiSecurity,
};
use keyferry_api::secret::Secret;
use keyferry_app::AppError;
use keyferry_app::alert_delivery::{AddDestination, place};
use keyferry_domain::drift::Severity;
use keyferry_domain::name::Name;
use keyferry_ports::messenger::MailSecurity;
use keyferry_ports::records::{AlertDestination, Delivery, DeliveryState, DestinationAddress};
use keyferry_ports::secret::SecretText;

/// A destination to add.
pub(crate) fn add(request: AddDestinationRequest) -> Result<AddDestination, AppError> {
    let severity = request.severity.unwrap_or(ApiSeverity::Warning);
    let (address, password) = address(request.address);
    Ok(AddDestination {
        name: request.name.parse()?,
        severity_min: Severity::from_word(severity.as_str()).unwrap_or(Severity::Warning),
        address,
        password,
    })
}

fn address(request: AddressRequest) -> (DestinationAddress, Option<SecretText>) {
    match request {
        AddressRequest::Webhook { url, ca_bundle } => {
            (DestinationAddress::Webhook { url, ca_bundle }, None)
        }
        AddressRequest::Mail {
            host,
            port,
            security,
            from,
            to,
            user,
            password,
            ca_bundle,
        } => {
            let security = security.map_or(MailSecurity::Tls, |word| {
                MailSecurity::from_word(word.as_str()).unwrap_or(MailSecurity::Tls)
            });
            let usual = match security {
                MailSecurity::Tls => 465,
                MailSecurity::StartTls => 587,
                MailSecurity::None => 25,
            };
            let secret = |secret: &Secret| SecretText::new(secret.expose());
            let mail = DestinationAddress::Mail {
                host,
                port: port.unwrap_or(usual),
                security,
                from,
                to,
                user,
                ca_bundle,
            };
            (mail, password.as_ref().map(secret))
        }
    }
}

/// A destination.
pub(crate) fn view(destination: AlertDestination) -> DestinationView {
    let severity = destination.severity_min.as_str();
    let mut view = DestinationView {
        id: destination.id.to_string(),
        name: destination.name.to_string(),
        severity: ApiSeverity::from_word(severity).unwrap_or(ApiSeverity::Warning),
        kind: "webhook".to_owned(),
        address: place(&destination.address),
        security: None,
        from: None,
        to: Vec::new(),
        user: None,
        created_at: destination.created_at.to_string(),
    };
    if let DestinationAddress::Mail {
        security,
        from,
        to,
        user,
        ..
    } = destination.address
    {
        view.kind = "mail".to_owned();
        view.security = ApiSecurity::from_word(security.as_str());
        (view.from, view.to, view.user) = (Some(from), to, user);
    }
    view
}

/// A destination that was added, with what its webhook is signed with.
pub(crate) fn added(
    destination: AlertDestination,
    signing_secret: Option<String>,
) -> AddedDestinationView {
    AddedDestinationView {
        destination: view(destination),
        signing_secret,
    }
}

/// How far a delivery is.
pub(crate) fn delivery((row, name): (Delivery, Name)) -> DeliveryView {
    let is_pending = row.state == DeliveryState::Pending;
    DeliveryView {
        destination: name.to_string(),
        state: ApiState::from_word(row.state.as_str()).unwrap_or(ApiState::Pending),
        tries: row.tries,
        due_at: is_pending.then(|| row.due_at.to_string()),
        note: row.note,
    }
}

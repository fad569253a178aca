//! Where audit entries are sent to.

use keyferry_api::audit_destination::{
    AddAuditDestinationRequest, AddedAuditDestinationView, AuditAddressRequest,
    AuditDestinationView, AuditStart,
};
use keyferry_app::AppError;
use keyferry_app::audit_sending::{AddAuditDestination, Progress, place};
use keyferry_ports::records::AuditAddress;

/// The port of syslog over TLS (RFC 5425 section 4.1).
const SYSLOG_TLS: u16 = 6514;

/// A destination to add.
pub(crate) fn add(request: AddAuditDestinationRequest) -> Result<AddAuditDestination, AppError> {
    let address = match request.address {
        AuditAddressRequest::File { file } => AuditAddress::File { name: file },
        AuditAddressRequest::Syslog {
            host,
            port,
            ca_bundle,
        } => AuditAddress::Syslog {
            host,
            port: port.unwrap_or(SYSLOG_TLS),
            ca_bundle,
        },
        AuditAddressRequest::Webhook { url, ca_bundle } => AuditAddress::Webhook { url, ca_bundle },
    };
    Ok(AddAuditDestination {
        name: request.name.parse()?,
        address,
        lag_minutes_max: request.lag_minutes_max,
        from_now: request.start == Some(AuditStart::Now),
    })
}

/// A destination, and how far it is.
pub(crate) fn view(progress: Progress) -> AuditDestinationView {
    let row = progress.destination;
    let kind = match row.address {
        AuditAddress::File { .. } => "file",
        AuditAddress::Syslog { .. } => "syslog",
        AuditAddress::Webhook { .. } => "webhook",
    };
    AuditDestinationView {
        id: row.id.to_string(),
        name: row.name.to_string(),
        kind: kind.to_owned(),
        address: place(&row.address),
        next_entry: row.next,
        behind: progress.behind,
        oldest_at: progress.oldest_at.map(|at| at.to_string()),
        sent_at: row.sent_at.map(|at| at.to_string()),
        tries: row.tries,
        due_at: (row.tries > 0).then(|| row.due_at.to_string()),
        note: row.note,
        lag_minutes_max: row.lag_minutes_max,
        created_at: row.created_at.to_string(),
    }
}

/// A destination that was added, with what its webhook is signed with.
pub(crate) fn added(
    progress: Progress,
    signing_secret: Option<String>,
) -> AddedAuditDestinationView {
    AddedAuditDestinationView {
        destination: view(progress),
        signing_secret,
    }
}

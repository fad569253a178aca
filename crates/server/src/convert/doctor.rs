//! Check-ups of connections.

use keyferry_api::connection::{
    DoctorCheckView, DoctorReportView, DoctorRequest as ApiRequest, ThrowAwayKeyView,
};
use keyferry_app::AppError;
use keyferry_app::doctor::{Check, DoctorReport, DoctorRequest, LeftOver};

/// How far to look.
pub(crate) fn request(request: ApiRequest) -> Result<DoctorRequest, AppError> {
    let region = request.region.map(|text| text.parse()).transpose()?;
    Ok(DoctorRequest {
        sandbox: request.sandbox,
        region,
    })
}

/// What was found.
pub(crate) fn view(report: DoctorReport) -> DoctorReportView {
    DoctorReportView {
        ok: report.is_ok(),
        connection: report.connection,
        account: report.account,
        sandbox_region: report.sandbox_region,
        started_at: report.started_at,
        finished_at: report.finished_at,
        checks: report.checks.into_iter().map(check).collect(),
        throw_away_keys: report.left.into_iter().map(left).collect(),
    }
}

fn check(check: Check) -> DoctorCheckView {
    DoctorCheckView {
        name: check.name,
        ok: check.ok,
        detail: check.detail,
        hint: check.hint,
    }
}

fn left(left: LeftOver) -> ThrowAwayKeyView {
    ThrowAwayKeyView {
        name: left.name,
        arn: left.arn,
        deletion_date: left.deletion_date,
        problem: left.problem,
    }
}

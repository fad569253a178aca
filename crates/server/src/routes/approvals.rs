//! Consent of several people.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use keyferry_api::approval::{
    ApprovalPage, ApprovalQuery, ApprovalRulePage, ApprovalRuleQuery, AskApprovalRequest,
    DecideRequest, SetApprovalRuleRequest,
};
use keyferry_api::endpoints as at;
use keyferry_app::approvals::Asked;
use keyferry_app::{Action, Actor};
use keyferry_domain::approval::Verdict;

use super::keys::IMPORT_KMS_KEY_BODY_BYTES_MAX;
use super::reports;
use crate::convert::approval;
use crate::convert::page::page;
use crate::http::dispatch::{Dispatcher, Frozen};
use crate::http::extract::{By, Input, Params, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::Approval;
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// The longest request about a request: the longest that there is, as text within text.
pub(crate) const BODY_BYTES_MAX: usize = 2 * IMPORT_KMS_KEY_BODY_BYTES_MAX;

/// Every route about them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(at::LIST_APPROVALS, Action::ApprovalAsk, Approval, list),
        guarded(at::ASK_APPROVAL, Action::ApprovalAsk, Approval, ask)
            .body_at_most(BODY_BYTES_MAX)
            .long(),
        guarded(at::SHOW_APPROVAL, Action::ApprovalAsk, Approval, show),
        guarded(
            at::REPORT_APPROVALS,
            Action::ApprovalRead,
            Approval,
            reports::approvals,
        ),
        guarded(at::APPROVE, Action::ApprovalDecide, Approval, approve),
        guarded(at::REJECT, Action::ApprovalDecide, Approval, reject),
        guarded(at::CANCEL_APPROVAL, Action::ApprovalAsk, Approval, cancel),
        guarded(at::RUN_APPROVAL, Action::ApprovalAsk, Approval, run).long(),
        guarded(
            at::LIST_APPROVAL_RULES,
            Action::ApprovalRuleRead,
            Approval,
            rules,
        ),
        guarded(
            at::SET_APPROVAL_RULE,
            Action::ApprovalRuleManage,
            Approval,
            set_rule,
        ),
        guarded(
            at::REMOVE_APPROVAL_RULE,
            Action::ApprovalRuleManage,
            Approval,
            remove_rule,
        ),
    ]
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ApprovalQuery>,
) -> Result<Response, Refused> {
    let page = page(query.limit, query.cursor.clone())?;
    let filter = approval::filter(&actor, &query)?;
    let found = state.app.approvals.list(&actor, filter, &page).await?;
    let now = state.app.now();
    let view = |one| approval::view(one, now);
    Ok(reply::ok(ApprovalPage {
        items: found.rows.into_iter().map(view).collect(),
        next: found.next,
    }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let found = state.app.approvals.show(&actor, &id).await?;
    Ok(reply::ok(approval::view(found, state.app.now())))
}

pub(crate) async fn ask(
    tried: Tried,
    Extension(dispatcher): Extension<Dispatcher>,
    By(actor): By,
    Input(body): Input<AskApprovalRequest>,
) -> Result<Response, Refused> {
    let reason = body.reason.clone();
    let frozen = Frozen::from(body);
    let approvals = &tried.app.approvals;
    let question = approvals.question();
    let looked_at = match dispatcher.try_out(&actor, &frozen, &question).await {
        Ok(looked_at) => looked_at,
        Err(answer) => return Ok(answer),
    };
    let asked = Asked {
        action: looked_at.action,
        request: frozen.to_text(),
        shown: looked_at.shown,
        plan: looked_at.plan,
        reason,
    };
    let made = approvals.ask(&actor, &question, asked).await?;
    let view = approval::view(made, tried.app.now());
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn approve(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
    Input(body): Input<DecideRequest>,
) -> Result<Response, Refused> {
    decide(tried, actor, id, Verdict::Approve, body).await
}

pub(crate) async fn reject(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
    Input(body): Input<DecideRequest>,
) -> Result<Response, Refused> {
    decide(tried, actor, id, Verdict::Reject, body).await
}

async fn decide(
    tried: Tried,
    actor: Actor,
    id: String,
    verdict: Verdict,
    body: DecideRequest,
) -> Result<Response, Refused> {
    let approvals = &tried.app.approvals;
    let decided = approvals.decide(&actor, &id, verdict, &body.hash, body.comment);
    let decided = decided.await?;
    Ok(reply::ok(approval::view(decided, tried.app.now())))
}

pub(crate) async fn cancel(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let cancelled = tried.app.approvals.cancel(&actor, &id).await?;
    Ok(reply::ok(approval::view(cancelled, tried.app.now())))
}

pub(crate) async fn run(
    State(state): State<ServerState>,
    Extension(dispatcher): Extension<Dispatcher>,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let approvals = &state.app.approvals;
    let running = approvals.open(&actor, &id).await?;
    let frozen = Frozen::of_text(&running.request)?;
    let question = approvals.question();
    let plan = match dispatcher.try_out(&actor, &frozen, &question).await {
        Ok(looked_at) => looked_at.plan,
        Err(answer) => return Ok(answer),
    };
    let approved = approvals.approved(&actor, running, &question, &plan);
    Ok(dispatcher.carry_out(approved.await?, &frozen).await)
}

pub(crate) async fn rules(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.approvals.rules(&actor).await?;
    let items = found.into_iter().map(approval::rule).collect();
    Ok(reply::ok(ApprovalRulePage { items, next: None }))
}

pub(crate) async fn set_rule(
    tried: Tried,
    By(actor): By,
    Input(body): Input<SetApprovalRuleRequest>,
) -> Result<Response, Refused> {
    let wanted = approval::wanted_rule(&body)?;
    let approvals = &tried.app.approvals;
    let set = approvals.set_rule(&actor, body.group.as_deref(), wanted);
    Ok(reply::ok(approval::rule(set.await?)))
}

pub(crate) async fn remove_rule(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(class): Selector,
    Params(query): Params<ApprovalRuleQuery>,
) -> Result<Response, Refused> {
    let class = approval::class(&class)?;
    let trial = query.dry_run.then(|| state.app.trial());
    let app = trial.as_ref().unwrap_or(&state.app);
    let group = query.group.as_deref();
    app.approvals.remove_rule(&actor, group, class).await?;
    Ok(reply::nothing())
}

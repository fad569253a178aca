//! The beginning of a target whose job was stored before anything was wanted of it.

use keyferry_ports::records::{Records, Target, TargetState};

use super::close::Close;
use super::{End, Leave, Sitting};
use crate::driver::Begun;
use crate::event::JobEventKind;
use crate::job::Moved;

/// Has the driver say what it takes, and commits it together with the mark that the target has begun: whoever reads the
/// target after a crash either sees both or begins it again. A refusal leaves the target stuck, as it was.
pub(super) async fn begin(mut sitting: Sitting<'_>) -> Records<End> {
    match sitting.leave().await? {
        Leave::Going => {}
        Leave::Paused => return Ok(End::Closed),
        Leave::Cancelled => {
            let close = Close {
                state: TargetState::Cancelled,
                ..sitting.plain()
            };
            return sitting.close(close).await;
        }
    }
    let begun = tokio::select! {
        biased;
        () = sitting.core.stopped() => return Ok(End::Closed),
        begun = sitting.core.driver.begin(&sitting.target) => begun,
    };
    let changes = match begun {
        Ok(Begun::Go(changes)) => changes,
        Ok(Begun::Done { records, note }) => {
            let close = Close {
                state: TargetState::Done,
                note,
                changes: records,
                ..sitting.plain()
            };
            return sitting.close(close).await;
        }
        Err(error) => return sitting.give_up(error).await,
    };
    let core = sitting.core;
    let target = Target {
        begun: true,
        note: None,
        tries: 0,
        ..sitting.target
    };
    core.commit_target(&target, Moved::Sending, &changes)
        .await?;
    core.tell(target.job, JobEventKind::Target);
    Ok(End::Reopen)
}

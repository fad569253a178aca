//! Writing sweeps, found keys and alerts.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_ports::records::{Alert, Expect, FoundKey, Sweep};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::fleet::{ALERT, FOUND_KEY, SWEEP, alert_values, found_key_values, sweep_values};
use crate::sql::{Statement, Value};

const SWEEPS: Conflicts = Conflicts {
    seen: "sweep revision",
    taken: "sweep",
    reference: "connection of the sweep",
};

const FOUND_KEYS: Conflicts = Conflicts {
    seen: "found key",
    taken: "found key",
    reference: "connection of the found key",
};

const ALERTS: Conflicts = Conflicts {
    seen: "alert revision",
    taken: "open alert",
    reference: "alert",
};

impl Writer {
    pub(super) async fn put_sweep(&mut self, row: &Sweep, expect: Expect) -> Result<(), Failure> {
        self.put("sweeps", SWEEP, sweep_values(row), expect, SWEEPS)
            .await
    }

    pub(super) async fn put_found_key(&mut self, row: &FoundKey) -> Result<(), Failure> {
        let values = found_key_values(row)?;
        self.upsert("found_keys", FOUND_KEY, values, FOUND_KEYS)
            .await
    }

    pub(super) async fn delete_found_key(&mut self, arn: &KmsKeyArn) -> Result<(), Failure> {
        let sql = "DELETE FROM found_keys WHERE arn = $1";
        self.transaction
            .run(Statement::new(sql, vec![Value::text(arn)]))
            .await?;
        Ok(())
    }

    pub(super) async fn put_alert(&mut self, row: &Alert, expect: Expect) -> Result<(), Failure> {
        self.put("alerts", ALERT, alert_values(row), expect, ALERTS)
            .await?;
        match expect {
            Expect::New => self.announce(row).await,
            Expect::Revision(_) => Ok(()),
        }
    }
}

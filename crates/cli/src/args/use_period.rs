//! Periods of use.

use clap::{Args, Subcommand};

use super::{PageArgs, TrialArgs};

/// `use-period`
#[derive(Clone, Debug, Subcommand)]
pub enum UsePeriodCommand {
    /// List periods, newest first.
    List {
        /// Id or name of an application.
        #[arg(long)]
        application: Option<String>,
        /// Those that are open now alone.
        #[arg(long)]
        open: bool,
        /// How much of the list.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Let an application use keys for a time, where an approval rule of class `use` wants that.
    Open(OpenUsePeriodArgs),
    /// Close a period early. Nobody has to approve that.
    Close {
        /// The period's id.
        period: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `use-period open`
#[derive(Clone, Debug, Args)]
pub struct OpenUsePeriodArgs {
    /// Id or name of the application.
    pub application: String,
    /// How long, such as 30m or 8h; a day at most.
    #[arg(long = "for", value_name = "TIME", value_parser = minutes)]
    pub minutes: u32,
    /// Id or name of the group whose keys it uses; the application's own unless given.
    #[arg(long)]
    pub group: Option<String>,
    /// A key, id or name; may be repeated. Every key of the group unless one is named.
    #[arg(long = "for-key", value_name = "KEY")]
    pub keys: Vec<String>,
    /// A KMS key, id, name, ARN or alias; may be repeated.
    #[arg(long = "for-kms-key", value_name = "KMS-KEY")]
    pub kms_keys: Vec<String>,
    /// The uses, such as key.encrypt,key.decrypt; every one unless given.
    #[arg(long, value_name = "USES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Why.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub reason: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// Minutes from a number with `m` or `h`.
fn minutes(text: &str) -> Result<u32, String> {
    let bad = || format!("`{text}` is no time: write a number and m or h, such as 8h");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(bad)?;
    let number: u32 = number.parse().map_err(|_| bad())?;
    match unit {
        "m" => Ok(number),
        "h" => number.checked_mul(60).ok_or_else(bad),
        _ => Err(bad()),
    }
}

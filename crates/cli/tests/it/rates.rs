//! What the command line does where the server limits requests.

use keyferry_cli::Exit;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::Outside;

use crate::shell::{Shell, kms_sim_config};

async fn shell(config: &str) -> Shell {
    let outside = Outside::new(1, kms_sim_config());
    let app = outside.start(Fuse::whole(), 0).app;
    let shell = Shell::configured(outside, app, config).await;
    shell.sign_in().await;
    shell
}

#[tokio::test]
async fn it_waits_as_the_server_asks_says_so_and_tries_again() {
    // One more every six seconds: fewer than commands take on a busy machine.
    let shell = shell("[limits]\naccount_per_minute = 10\n").await;
    for _ in 0..20 {
        let done = shell.run("key list").await;
        assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
        if let Some(said) = done.stderr.lines().find(|line| line.contains("too many")) {
            let rest = said.strip_prefix("too many requests; trying again in ");
            assert!(
                rest.is_some_and(|rest| rest.ends_with(" s, as the server asks")),
                "{said}"
            );
            return;
        }
    }
    panic!("ten at once are too many");
}

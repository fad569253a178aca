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
    let shell = shell("[limits]\naccount_per_minute = 60\n").await;
    let said = "too many requests; trying again in 1 s, as the server asks\n";
    let mut waited = 0;
    for _ in 0..70 {
        let done = shell.run("key list").await;
        assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
        waited += done.stderr.matches(said).count();
        if waited > 0 {
            break;
        }
    }
    assert_eq!(waited, 1, "60 at once are too many");
}

//! Grants that are taken back.

use keyferry_cli::Exit;
use keyferry_testkit::world::ACCOUNT;
use serde_json::{Value, json};

use crate::shell::Shell;

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// Somebody gives a grant, as services of AWS do for themselves. Answers AWS's id of it.
fn given(shell: &Shell, arn: &str, to: &str) -> String {
    let grant = json!({ "KeyId": arn, "GranteePrincipal": role(to), "Operations": ["Decrypt"] });
    let answer = shell.outside.aws("CreateGrant", grant);
    answer["GrantId"].as_str().unwrap().to_owned()
}

/// Who has a grant, as AWS says.
fn grantees(shell: &Shell, arn: &str) -> Vec<String> {
    let listed = shell.outside.aws("ListGrants", json!({ "KeyId": arn }));
    let grants: Vec<Value> = listed["Grants"].as_array().unwrap().clone();
    let name = |grant: &Value| grant["GranteePrincipal"].as_str().unwrap().to_owned();
    grants.iter().map(name).collect()
}

#[tokio::test]
async fn k4_grants_are_taken_back_by_id_by_grantee_and_all_of_them_once_the_name_is_typed() {
    let (shell, [app, _]) = Shell::with_two_kms_keys().await;
    let one = given(&shell, &app, "one");
    for to in ["two", "two", "three"] {
        given(&shell, &app, to);
    }
    let nobody: [String; 0] = [];

    let tried = shell
        .succeed(&format!(
            "kms-key revoke-grants app --grant {one} --dry-run"
        ))
        .await;
    assert!(tried.contains("RevokeGrant"), "{tried}");
    assert_eq!(grantees(&shell, &app).len(), 4);
    let by_id = shell
        .read(&format!("kms-key revoke-grants app --grant {one}"))
        .await;
    assert_eq!(by_id["job"]["state"], "succeeded", "{by_id:#}");
    assert_eq!(by_id["kms_keys"][0]["name"], "app");
    assert!(!grantees(&shell, &app).contains(&role("one")));

    let again = shell
        .run(&format!("kms-key revoke-grants app --grant {one}"))
        .await;
    assert_eq!(again.exit, Exit::Usage, "{}", again.stderr);
    assert!(again.stderr.contains(&one), "{}", again.stderr);
    let by_grantee = format!("kms-key revoke-grants app --grantee {}", role("two"));
    let done = shell.run(&by_grantee).await;
    assert!(done.stderr.contains("succeeded (1/1)"), "{}", done.stderr);
    assert!(done.stdout.contains("AVAILABLE"), "{}", done.stdout);
    assert_eq!(grantees(&shell, &app), [role("three")]);

    shell.will_answer("other");
    let wrong = shell.run("kms-key revoke-grants app --all").await;
    assert_eq!(wrong.exit, Exit::NotConfirmed, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("EBS"), "{}", wrong.stderr);
    assert_eq!(grantees(&shell, &app), [role("three")]);
    shell.will_answer("app");
    shell.succeed("kms-key revoke-grants app --all").await;
    assert_eq!(grantees(&shell, &app), nobody);
    let none = shell.run("kms-key grants app").await;
    assert!(none.stderr.contains("no grants"), "{}", none.stderr);
}

#[tokio::test]
async fn k4_j1_grants_on_many_kms_keys_are_taken_back_once_their_number_is_typed() {
    let (shell, arns) = Shell::with_two_kms_keys().await;
    for arn in &arns {
        for to in ["one", "two", "three"] {
            given(&shell, arn, to);
        }
    }

    let of_one = format!("kms-key revoke-grants app other --grantee {}", role("one"));
    let done = shell.run(&of_one).await;
    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    assert!(done.stderr.contains("2 of 2 done"), "{}", done.stderr);
    for arn in &arns {
        assert!(!grantees(&shell, arn).contains(&role("one")));
        assert_eq!(grantees(&shell, arn).len(), 2);
    }

    let all = "kms-key revoke-grants --where keystore=store --all";
    let unasked = shell.run(all).await;
    assert_eq!(unasked.exit, Exit::NotConfirmed, "{}", unasked.stderr);
    assert!(unasked.stderr.contains("2 KMS keys"), "{}", unasked.stderr);
    shell.will_answer("2");
    let ended = shell.read(all).await;
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    for arn in &arns {
        assert_eq!(grantees(&shell, arn), [""; 0]);
    }
}

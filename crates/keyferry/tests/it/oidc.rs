//! Signing in by a real OpenID provider that others wrote, through the real binary, with curl as the browser.

use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::host::{Host, Server};

const SECRET: &str = "a secret of the client";

/// npm's `oidc-provider`, which `scripts/bootstrap test` installs.
struct Provider {
    child: Child,
    issuer: String,
    folder: PathBuf,
}

impl Provider {
    fn start(host: &Host, redirect_uri: &str) -> Self {
        let folder = host.file("provider");
        std::fs::create_dir(&folder).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
        std::fs::write(folder.join("private-key.pem"), key.serialize_pem()).unwrap();
        let settings = json!({
            "client_id": "keyferry", "client_secret": SECRET, "redirect_uri": redirect_uri,
            "people": {"ann": {"groups": ["staff", "kms-operators"], "name": "Ann Lee"}, "bob": {"groups": []}},
        });
        std::fs::write(folder.join("settings.json"), settings.to_string()).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let script = root.join(".cache/oidc-provider/provider.mjs");
        assert!(
            script.exists(),
            "run `scripts/bootstrap test` first: {} is missing",
            script.display()
        );
        let mut child = Command::new("node")
            .args([&script, &folder])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines.next().expect("the provider starts").unwrap();
        // What it says later must find somebody who listens.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            child,
            issuer,
            folder,
        }
    }

    /// From now on the provider claims this of a person.
    fn claims(&self, person: &str, claims: Value) {
        let file = self.folder.join("settings.json");
        let mut settings: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        settings["people"][person] = claims;
        std::fs::write(file, settings.to_string()).unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with cookies of its own.
struct Browser {
    jar: PathBuf,
}

/// Where a browser ended, and what it passed.
#[derive(Debug)]
struct Page {
    url: String,
    status: u16,
    body: String,
    /// The heads of all answers on the way.
    heads: String,
}

impl Page {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The callback by which the provider sent the browser back.
    fn callback(&self) -> String {
        let mut places = self.heads.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location")
                .then_some(value.trim())
        });
        let found = places.find(|place| place.contains("/callback?"));
        found
            .unwrap_or_else(|| panic!("no callback in {}", self.heads))
            .to_owned()
    }
}

impl Browser {
    fn new(host: &Host, name: &str) -> Self {
        Self {
            jar: host.file(&format!("jar-{name}")),
        }
    }

    fn visit(&self, url: &str, form: Option<&str>) -> Page {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--insecure",
            "--location",
            "--max-time",
            "20",
            "--noproxy",
            "*",
        ]);
        command.args(["--cookie".as_ref(), self.jar.as_os_str()]);
        command.args(["--cookie-jar".as_ref(), self.jar.as_os_str()]);
        let heads = self.jar.with_extension("heads");
        command.args(["--dump-header".as_ref(), heads.as_os_str()]);
        command.args(["--write-out", "\n%{http_code} %{url_effective}"]);
        command.args(form.map(|form| ["--data", form]).into_iter().flatten());
        let done = command.arg(url).output().unwrap();
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let (body, end) = text.rsplit_once('\n').unwrap();
        let (status, url) = end.split_once(' ').unwrap();
        Page {
            url: url.to_owned(),
            status: status.parse().unwrap(),
            body: body.to_owned(),
            heads: std::fs::read_to_string(heads).unwrap_or_default(),
        }
    }

    /// Goes to an address, and signs in where the provider asks who that is.
    fn sign_in(&self, url: &str, login: &str) -> Page {
        let mut page = self.visit(url, None);
        let mut heads = page.heads.clone();
        for _ in 0..3 {
            let form = match &page.body {
                body if body.contains("name=\"login\"") => {
                    format!("prompt=login&login={login}&password=x")
                }
                body if body.contains("value=\"consent\"") => "prompt=consent".to_owned(),
                _ => break,
            };
            page = self.visit(&page.url, Some(&form));
            heads.push_str(&page.heads);
        }
        Page { heads, ..page }
    }
}

/// A server with an administrator who is signed in, and a provider `corp`.
struct Scene {
    host: Host,
    server: Server,
    provider: Provider,
    fingerprint: String,
}

impl Scene {
    fn new(provisioning: &str) -> Self {
        let (host, answer) = Host::initialized();
        let fingerprint = answer["fingerprint"].as_str().unwrap().to_owned();
        let config = host.file("data/keyferry.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let section = "[sign_in]\n";
        let with = format!("{section}private_hosts = \"localhost\"\n");
        let text = match text.contains(section) {
            true => text.replace(section, &with),
            false => text + "\n" + &with,
        };
        std::fs::write(&config, text).unwrap();
        let server = host.serve(&["--unseal-file", &host.path("passphrase")]);
        let redirect = format!("{}/api/v1/sessions/oidc/corp/callback", server.url);
        let provider = Provider::start(&host, &redirect);
        let scene = Self {
            host,
            server,
            provider,
            fingerprint,
        };
        scene.sign_in_by_password();
        scene.host.secret("client-secret", SECRET);
        let (issuer, secret) = (&scene.provider.issuer, scene.host.path("client-secret"));
        let ca = scene.provider.folder.join("certificate.pem");
        let added = scene.succeed(&format!(
            "sign-in-provider add corp --issuer {issuer} --client-id keyferry --client-secret-file {secret} --ca-file {} --provisioning {provisioning} --output json",
            ca.display()
        ));
        assert_eq!(added["redirect_uri"], redirect);
        assert!(!added.to_string().contains(SECRET));
        scene
    }

    fn sign_in_by_password(&self) {
        let (url, password) = (&self.server.url, self.host.path("password"));
        let fingerprint = &self.fingerprint;
        let line = format!(
            "login --url {url} --user admin --password-file {password} --fingerprint {fingerprint}"
        );
        let done = self.host.keyferry(&line);
        assert_eq!(done.code, 0, "{}", done.stderr);
    }

    fn succeed(&self, line: &str) -> Value {
        let done = self.host.keyferry(line);
        assert_eq!(done.code, 0, "{line}: {}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap_or(Value::Null)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.server.url)
    }

    fn start(&self) -> String {
        self.at("/api/v1/sessions/oidc/corp/start")
    }
}

#[test]
fn a3_a_person_signs_in_by_a_real_provider_and_its_groups_give_and_take_roles() {
    let scene = Scene::new("just-in-time");
    let facts = scene.succeed("sign-in-provider test corp --output json");
    assert!(facts["usable_keys"].as_u64().unwrap() > 0, "{facts}");
    scene.succeed("sign-in-provider add-rule corp --claim groups --value kms-operators --role operator --group default");

    let browser = Browser::new(&scene.host, "first");
    let page = browser.sign_in(&format!("{}?return_to=/api/v1/me", scene.start()), "ann");
    assert_eq!(
        (page.status, &page.json()["name"]),
        (200, &json!("ann")),
        "{page:?}"
    );
    assert_eq!(page.url, scene.at("/api/v1/me"));
    let keys = browser.visit(&scene.at("/api/v1/keys"), None);
    assert_eq!(keys.status, 200, "{keys:?}");
    let shown = scene.succeed("user show ann --output json");
    assert_eq!(
        (&shown["provider"], &shown["full_name"]),
        (&json!("corp"), &json!("Ann Lee"))
    );

    // What ended once ends no more, neither here nor in another browser.
    let callback = page.callback();
    for name in ["first", "other"] {
        let again = Browser::new(&scene.host, name).visit(&callback, None);
        let code = again.json()["code"].clone();
        assert_eq!(
            (again.status, code),
            (400, json!("access.sign-in-not-begun")),
            "{again:?}"
        );
    }

    scene.provider.claims("ann", json!({"groups": ["staff"]}));
    let later = Browser::new(&scene.host, "later");
    let page = later.sign_in(&format!("{}?return_to=/api/v1/me", scene.start()), "ann");
    assert_eq!(page.json()["name"], "ann", "{page:?}");
    assert_eq!(later.visit(&scene.at("/api/v1/keys"), None).status, 403);
    // The role was taken, and the session before ended with it.
    assert_eq!(browser.visit(&scene.at("/api/v1/me"), None).status, 401);
}

#[test]
fn a3_only_who_was_invited_comes_in_and_a_lock_refuses_the_provider_too() {
    let scene = Scene::new("invited");
    let code = |name: &str, login: &str| {
        let page = Browser::new(&scene.host, name).sign_in(&scene.start(), login);
        (
            page.status,
            page.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let refused = (403, "access.not-admitted".to_owned());
    assert_eq!(code("1", "ann"), refused);
    scene.succeed("user create ann --provider corp --subject ann");

    assert_eq!(code("2", "ann"), (200, String::new()));
    assert_eq!(code("3", "bob"), refused);
    let reset = scene.host.keyferry("user reset-password ann");
    assert!(
        reset.stderr.contains("[user.signs-in-elsewhere]"),
        "{}",
        reset.stderr
    );
    scene.succeed("user lock ann");
    assert_eq!(code("4", "ann"), refused);
    scene.succeed("user unlock ann");
    assert_eq!(code("5", "ann").0, 200);
    let log = scene.host.keyferry("audit list --output json").stdout;
    assert!(
        log.contains("access.not-admitted") && log.contains("\"subject\": \"ann\""),
        "{log}"
    );
    assert!(!log.contains(SECRET));
}

#[test]
fn a3_the_command_line_signs_in_by_a_browser_and_a_dead_provider_opens_no_other_door() {
    let mut scene = Scene::new("just-in-time");
    let home = Host::new();
    let (url, fingerprint) = (&scene.server.url, &scene.fingerprint);
    let login = home.begin(&format!(
        "login --url {url} --provider corp --fingerprint {fingerprint}"
    ));
    let (is_in, rest) = by_browser(login, &Browser::new(&scene.host, "cli"), "ann");
    assert!(is_in, "{rest}");
    assert!(rest.contains("as ann"), "{rest}");
    let me = home.keyferry("me --output json");
    assert!(me.stdout.contains("\"ann\""), "{}{}", me.stdout, me.stderr);

    scene.provider.child.kill().unwrap();
    let down = scene.host.keyferry("sign-in-provider test corp");
    assert!(
        down.stderr.contains("[sign-in-provider.unavailable]"),
        "{}",
        down.stderr
    );
    let page = Browser::new(&scene.host, "down").visit(&scene.start(), None);
    assert_eq!(
        (page.status, &page.json()["code"]),
        (503, &json!("sign-in-provider.unavailable")),
        "{page:?}"
    );
    scene.sign_in_by_password();
    assert!(home.keyferry("me").code == 0, "who is in stays in");
}

/// Does what a command line asks for that waits for a browser; whether it succeeded, and what it said after that.
fn by_browser(mut command: Child, browser: &Browser, login: &str) -> (bool, String) {
    let mut words = BufReader::new(command.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("cli_port=") {
        line.clear();
        assert!(
            words.read_line(&mut line).unwrap() > 0,
            "the address is told"
        );
    }
    let page = browser.sign_in(line.trim(), login);
    assert!(page.body.contains("Signed in"), "{page:?}");
    let mut rest = String::new();
    words.read_to_string(&mut rest).unwrap();
    (command.wait().unwrap().success(), rest)
}

#[test]
fn a14_whoever_comes_by_a_provider_approves_on_the_command_line_and_nobody_else_for_him() {
    let scene = Scene::new("just-in-time");
    scene
        .provider
        .claims("bob", json!({"groups": ["kms-operators"]}));
    scene.succeed("sign-in-provider add-rule corp --claim groups --value kms-operators --role administrator --group default");
    let home = Host::new();
    let (url, fingerprint) = (&scene.server.url, &scene.fingerprint);
    let browser = Browser::new(&scene.host, "ann");
    let login = home.begin(&format!(
        "login --url {url} --provider corp --fingerprint {fingerprint}"
    ));
    let (is_in, rest) = by_browser(login, &browser, "ann");
    assert!(is_in, "{rest}");
    let set = "approval-rule set destructive --approvers 1 --group default --ask nobody-alone";
    let waits = scene.host.keyferry(set);
    assert_eq!(waits.code, 12, "{}", waits.stderr);
    let list = scene.succeed("approval list --output json");
    let id = list[0]["id"].as_str().unwrap_or_else(|| panic!("{list:#}"));

    let approve = || home.begin(&format!("approval approve {id} --output json"));
    let other = Browser::new(&scene.host, "bob");
    let (is_done, rest) = by_browser(approve(), &other, "bob");
    assert!(
        !is_done && rest.contains("`bob` signed in at corp"),
        "{rest}"
    );
    let shown = scene.succeed(&format!("approval show {id} --output json"));
    assert_eq!(shown["decisions"], json!([]));
    // The provider still knows her, and asks her all the same.
    let (is_done, rest) = by_browser(approve(), &browser, "ann");
    assert!(is_done, "{rest}");
    let rule = scene.succeed(&format!("approval run {id} --output json"));
    assert_eq!(rule["approvers"], 1, "{rule:#}");
}

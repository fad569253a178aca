//! What cargo and git know about this workspace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The packages of the workspace, as declared.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Relative to the workspace.
    pub(crate) manifest: String,
    pub(crate) licence: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) benches: Vec<String>,
}

/// One declared dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only tests, benches and examples see it.
    pub(crate) is_dev: bool,
}

impl Workspace {
    /// Asks `cargo metadata`.
    pub(crate) fn load() -> Result<Self, String> {
        let json = output_of(
            "cargo",
            &["metadata", "--format-version", "1", "--no-deps"],
            None,
        )?;
        let metadata = serde_json::from_str(&json)
            .map_err(|error| format!("cargo metadata wrote no JSON: {error}"))?;
        Self::read(&metadata).ok_or_else(|| "cargo metadata wrote something unknown".to_owned())
    }

    fn read(metadata: &Value) -> Option<Self> {
        let root = PathBuf::from(metadata.get("workspace_root")?.as_str()?);
        let packages = metadata.get("packages")?.as_array()?;
        let packages: Option<Vec<_>> = packages
            .iter()
            .map(|package| Package::read(package, &root))
            .collect();
        Some(Self {
            root,
            packages: packages?,
        })
    }

    /// Whether this is the name of one of our own packages.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.name == name)
    }
}

impl Package {
    fn read(package: &Value, root: &Path) -> Option<Self> {
        let manifest = Path::new(package.get("manifest_path")?.as_str()?);
        let dependencies = package.get("dependencies")?.as_array()?.iter();
        let targets = package.get("targets")?.as_array()?.iter();
        Some(Self {
            name: package.get("name")?.as_str()?.to_owned(),
            manifest: manifest.strip_prefix(root).ok()?.to_str()?.to_owned(),
            licence: package.get("license")?.as_str().map(str::to_owned),
            dependencies: dependencies.map(Dependency::read).collect::<Option<_>>()?,
            benches: targets.filter_map(bench_name).collect(),
        })
    }
}

impl Dependency {
    fn read(dependency: &Value) -> Option<Self> {
        Some(Self {
            name: dependency.get("name")?.as_str()?.to_owned(),
            is_dev: dependency.get("kind")?.as_str() == Some("dev"),
        })
    }
}

fn bench_name(target: &Value) -> Option<String> {
    let is_bench = target
        .get("kind")?
        .as_array()?
        .iter()
        .any(|kind| kind == "bench");
    is_bench.then(|| target.get("name")?.as_str().map(str::to_owned))?
}

/// A text file that git knows or would take up.
pub(crate) struct SourceFile {
    /// Relative to the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file of the checkout; what git ignores is left out, and so is what is no UTF-8.
pub(crate) fn source_files(root: &Path) -> Result<Vec<SourceFile>, String> {
    // A checkout may belong to another user than the one that runs CI; reading it is harmless.
    let trusted = ["-c", "safe.directory=*"];
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = output_of("git", &[&trusted[..], &arguments].concat(), Some(root))?;
    let read = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(SourceFile {
            path: path.to_owned(),
            text,
        })
    };
    Ok(listed.lines().filter_map(read).collect())
}

/// Runs a command and takes what it prints; its words on stderr pass through.
pub(crate) fn output_of(
    program: &str,
    arguments: &[&str],
    folder: Option<&Path>,
) -> Result<String, String> {
    let what = format!("{program} {}", arguments.join(" "));
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::inherit());
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let output = command
        .output()
        .map_err(|error| format!("cannot run `{what}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{what}` failed: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{what}` printed no UTF-8"))
}

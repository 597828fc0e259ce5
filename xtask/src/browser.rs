//! Chromium and its driver, for the suites that run in a page.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::debian;
use crate::process::Tool;
use crate::workspace::Workspace;

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const DRIVERS: &[&str] = &["chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];
const ELSEWHERE: &str = "install Chrome or Chromium and the ChromeDriver of the same version, and set \
                         `CHROME_PATH` and `CHROMEDRIVER` to them if they are not on the `PATH`";

/// A browser and the driver that can steer it.
pub(crate) struct Browser {
    pub(crate) program: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds the browser and its driver; installs them where that is possible.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        debian::install(&["chromium", "chromium-driver"], "Chromium with its driver", ELSEWHERE)?;
        Self::find().context("Chromium was installed but is not found: set `CHROME_PATH` and `CHROMEDRIVER`")
    }

    fn find() -> Option<Self> {
        Some(Self { program: locate("CHROME_PATH", BROWSERS)?, driver: locate("CHROMEDRIVER", DRIVERS)? })
    }

    /// Lets a tool's tests find the browser.
    pub(crate) fn tell(&self, tool: Tool) -> Tool {
        tool.env("CHROME_PATH", &self.program).env("CHROMEDRIVER", &self.driver)
    }

    /// The root's `webdriver.json`, with the path of this browser in it.
    pub(crate) fn write_capabilities(&self, workspace: &Workspace) -> Result<PathBuf> {
        let text = fs::read_to_string(workspace.path("webdriver.json")).context("cannot read `webdriver.json`")?;
        let mut capabilities: Value = serde_json::from_str(&text).context("`webdriver.json` is not valid JSON")?;
        capabilities["goog:chromeOptions"]["binary"] = json!(self.program);
        let file = workspace.cache("webdriver.json");
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&file, capabilities.to_string())?;
        Ok(file)
    }
}

/// The program a variable names, else the first candidate that is there.
fn locate(variable: &str, candidates: &[&str]) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(path) if !path.is_empty() => Some(PathBuf::from(path)).filter(|p| p.is_file()),
        _ => candidates.iter().find_map(|candidate| on_path(candidate)),
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    if Path::new(name).is_absolute() {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&file)).find(|path| path.is_file())
}

//! A headless Chromium, controlled by the `DevTools` protocol over pipes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Names of the program in distributions.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page, terminated at the end.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last_id: u64,
}

impl Browser {
    /// Starts the browser. The error states why it is not available.
    pub(crate) fn start(profile: &Path) -> Result<Self, String> {
        let program = PROGRAMS
            .iter()
            .find(|name| Command::new(name).arg("--version").output().is_ok())
            .ok_or("chromium is not installed (Debian's package chromium)")?;
        // The protocol uses the file descriptors 3 and 4, which the shell opens.
        let script = "exec \"$@\" 3<&0 4>&1 </dev/null >&2";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", program])
            .args(["--headless=new", "--remote-debugging-pipe", "--no-first-run"])
            // A container has no user namespaces, and its /dev/shm is small. Only the page of the
            // emulator is opened.
            .args(["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"])
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-extensions", "--disable-sync", "--window-size=960,780"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .env("HOME", profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        let commands = child.stdin.take().ok_or("no standard input")?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                message.clear();
                if sender.send(value).is_err() {
                    break;
                }
            }
            // Whatever is left, so that the browser can exit.
            let _ = output.read_to_end(&mut message);
        });
        let mut browser = Self { child, commands, messages, session: None, last_id: 0 };
        let targets = browser.call("Target.getTargets", &json!({}))?;
        let page = targets["targetInfos"].as_array().into_iter().flatten();
        let page = page.into_iter().find(|target| target["type"] == "page").ok_or("no page")?;
        let target = json!({"targetId": page["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", &target)?;
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        browser.call("Page.enable", &json!({}))?;
        Ok(browser)
    }

    /// Calls a method of the protocol, and returns its result.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, String> {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = session.as_str().into();
        }
        let bytes = format!("{command}\0");
        self.commands.write_all(bytes.as_bytes()).map_err(|error| format!("{method}: {error}"))?;
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => return Err(format!("{method}: no response")),
                Err(RecvTimeoutError::Disconnected) => return Err(format!("{method}: it exited")),
            };
            if message["id"] == self.last_id {
                return match &message["error"] {
                    Value::Null => Ok(message["result"].clone()),
                    error => Err(format!("{method}: {error}")),
                };
            }
        }
    }

    /// Opens a page, and waits until its script runs.
    pub(crate) fn open(&mut self, url: &str, is_ready: &str) -> Result<(), String> {
        self.call("Page.navigate", &json!({"url": url}))?;
        self.wait_until(is_ready, PATIENCE).map(drop)
    }

    /// Evaluates an expression in the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let parameters = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true,
        });
        let outcome = self.call("Runtime.evaluate", &parameters)?;
        match &outcome["exceptionDetails"] {
            Value::Null => Ok(outcome["result"]["value"].clone()),
            error => Err(format!("{expression}: {error}")),
        }
    }

    /// Waits until an expression is true, and returns the time that it took.
    pub(crate) fn wait_until(
        &mut self,
        expression: &str,
        limit: Duration,
    ) -> Result<Duration, String> {
        let start = Instant::now();
        loop {
            // While a page is loaded there is nothing to evaluate in.
            if matches!(self.evaluate(expression), Ok(Value::Bool(true))) {
                return Ok(start.elapsed());
            }
            if start.elapsed() > limit {
                let page = self.evaluate("document.body.innerText").unwrap_or_default();
                return Err(format!("not within {limit:?}: {expression}\n{page}"));
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str, text: &str) -> Result<(), String> {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "code": key});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
                event["windowsVirtualKeyCode"] = 13.into();
            }
            self.call("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

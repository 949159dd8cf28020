//! HTTPS, and a certificate that is changed while the server runs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Certificate;

use crate::rig::{Rig, poll};

const SOON: Duration = Duration::from_secs(40);

/// Ends with the value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Writes a certificate of its own making, and gives it.
fn certify(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.pem()
}

/// Whether somebody who trusts this certificate alone is served.
fn serves(url: &str, certificate: &str) -> bool {
    let certificate = Certificate::from_pem(certificate.as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = client.get(format!("{url}/health")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200 && answer.version() == http::Version::HTTP_2)
    })
}

#[test]
fn a_certificate_is_read_again_when_asked() {
    // Whoever runs first in this process sets it; the others find the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let rig = Rig::prepare("");
    let first = certify(rig.home());
    let config = rig.home().join("pd.toml");
    std::fs::write(&config, "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n").unwrap();
    let mut command = rig.command();
    command.arg("serve").arg("--data").arg(rig.data()).arg("--config").arg(&config);
    command
        .args(["--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let said = Arc::new(Mutex::new(String::new()));
    let streams: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(server.0.stdout.take().unwrap()), Box::new(server.0.stderr.take().unwrap())];
    for stream in streams {
        let said = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                said.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
    }
    let heard = || said.lock().unwrap().clone();
    assert!(poll(SOON, || heard().contains("listening on https://")), "{}", heard());
    let text = heard();
    let at = text.find("https://").unwrap();
    let url = text[at..].split_whitespace().next().unwrap();
    assert!(poll(SOON, || serves(url, &first)), "{}", heard());

    let process = rustix::process::Pid::from_raw(i32::try_from(server.0.id()).unwrap()).unwrap();
    let reload = || rustix::process::kill_process(process, rustix::process::Signal::HUP).unwrap();
    let second = certify(rig.home());
    assert!(serves(url, &first), "nothing changes before it is asked to");
    reload();
    assert!(poll(SOON, || serves(url, &second)), "{}", heard());
    assert!(!serves(url, &first));

    // What cannot be used is refused, with the reason, and the present one stays.
    std::fs::write(rig.home().join("cert.pem"), "no certificate").unwrap();
    reload();
    assert!(poll(SOON, || heard().contains("the certificate stays as it was")), "{}", heard());
    assert!(heard().contains("is not PEM with certificates"), "{}", heard());
    assert!(serves(url, &second));
    // Plain HTTP is not understood there.
    let mut plain = super::raw::Raw::open(url.strip_prefix("https://").unwrap());
    plain.say("GET /health HTTP/1.1\r\nhost: pd\r\n\r\n");
    assert_eq!(super::raw::status(&plain.hear_all()), None);
}

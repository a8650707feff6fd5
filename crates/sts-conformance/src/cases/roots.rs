//! Root certificates in PEM bundles.

use crate::server::{Authority, OK, Server};
use crate::stop::Stop;
use crate::trial::{Trial, post};

pub(crate) async fn text_around_certificates_is_ignored(trial: &Trial<'_>) -> Result<(), Stop> {
    let (first, second) = (Authority::new()?, Authority::new()?);
    let (one, two) = (first.pem(), second.pem());
    let key = "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n";
    for pem in [
        format!("\u{feff}{one}\u{feff}{two}"),
        format!("{one}{two}").replace('\n', "\r\n"),
        format!("{}{}", one.trim_end(), two.trim_end()),
        format!("subject=/CN=one\n\n{one}\n# two\n{two}\ntrailing"),
        format!("{key}{one}{key}{two}"),
    ] {
        let transport = trial.trusting(pem)?;
        for authority in [&first, &second] {
            let config = authority.issue("localhost")?.config()?;
            let server = Server::start_tls(config, |connection| {
                connection.request()?;
                connection.write(OK)
            })?;
            transport.exchange(post(&server.url_by_name("/"))?).await?.has_body("ok")?;
            server.finish(1)?;
        }
    }
    Ok(())
}

pub(crate) async fn all_certificates_of_a_bundle_are_trusted(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authorities = (0..30).map(|_| Authority::new()).collect::<Result<Vec<_>, _>>()?;
    let transport = trial.trusting(authorities.iter().map(Authority::pem).collect::<String>())?;
    for authority in authorities.iter().step_by(29) {
        let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
            connection.request()?;
            connection.write(OK)
        })?;
        transport.exchange(post(&server.url_by_name("/"))?).await?.has_body("ok")?;
        server.finish(1)?;
    }
    Ok(())
}

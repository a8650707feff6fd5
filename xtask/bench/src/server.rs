//! The fastest server that the clients can be held against: it answers the same bytes to all.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A server on a thread of its own, for as long as the process lives.
pub struct Server {
    pub url: String,
    /// Its certificate, if it speaks TLS.
    pub certificate: Option<String>,
}

pub fn start(answer: Vec<u8>, with_tls: bool) -> Server {
    let tls = with_tls.then(certificate);
    let acceptor = tls.as_ref().map(|(acceptor, _)| acceptor.clone());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender.send(listener.local_addr().expect("an address")).expect("a receiver");
            serve(listener, acceptor, Bytes::from(answer)).await;
        });
    });
    let address: SocketAddr = receiver.recv().expect("an address");
    let scheme = if with_tls { "https" } else { "http" };
    let url = format!("{scheme}://localhost:{}", address.port());
    Server { url, certificate: tls.map(|(_, pem)| pem) }
}

fn certificate() -> (TlsAcceptor, String) {
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_no_client_auth()
    .with_single_cert(
        vec![key.cert.der().clone()],
        rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into()),
    )
    .expect("a configuration");
    (TlsAcceptor::from(Arc::new(config)), key.cert.pem())
}

async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, answer: Bytes) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        socket.set_nodelay(true).expect("an option");
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request: http::Request<Incoming>| {
                let answer = answer.clone();
                async move {
                    let _ = request.into_body().collect().await;
                    let response = Response::new(Full::new(answer));
                    Ok::<_, Infallible>(response)
                }
            });
            let http = hyper::server::conn::http1::Builder::new();
            let _ = match acceptor {
                Some(acceptor) => match acceptor.accept(socket).await {
                    Ok(socket) => http.serve_connection(TokioIo::new(socket), service).await,
                    Err(_) => return,
                },
                None => http.serve_connection(TokioIo::new(socket), service).await,
            };
        });
    }
}

//! The fastest server for the comparison of clients: it sends the same response to every request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::cores;

/// A server on a thread of its own, for as long as the process lives.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    /// Its own, if it speaks TLS.
    pub certificate: Option<Certificate>,
    connections: Arc<AtomicUsize>,
}

#[derive(Clone)]
pub struct Certificate {
    pub pem: String,
    pub der: CertificateDer<'static>,
}

impl Server {
    pub fn start(response: Vec<u8>) -> Self {
        Self::start_thread(response, "http", None)
    }

    pub fn start_with_tls(response: Vec<u8>) -> Self {
        Self::start_thread(response, "https", Some(tls()))
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    fn start_thread(
        response: Vec<u8>,
        scheme: &str,
        tls: Option<(TlsAcceptor, Certificate)>,
    ) -> Self {
        let (acceptor, certificate) = tls.unzip();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            cores::serve_here();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                sender.send(listener.local_addr().expect("an address")).expect("a receiver");
                serve(listener, acceptor, Bytes::from(response), &count).await;
            });
        });
        let address: SocketAddr = receiver.recv().expect("an address");
        let url = format!("{scheme}://localhost:{}", address.port());
        Self { url, certificate, connections }
    }
}

fn tls() -> (TlsAcceptor, Certificate) {
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
    let certificate = Certificate { pem: key.cert.pem(), der: key.cert.der().clone() };
    (TlsAcceptor::from(Arc::new(config)), certificate)
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    response: Bytes,
    connections: &AtomicUsize,
) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        connections.fetch_add(1, Ordering::Relaxed);
        socket.set_nodelay(true).expect("an option");
        let (acceptor, response) = (acceptor.clone(), response.clone());
        tokio::spawn(async move {
            match acceptor {
                Some(acceptor) => {
                    if let Ok(socket) = acceptor.accept(socket).await {
                        respond_to_all(socket, response).await;
                    }
                }
                None => respond_to_all(socket, response).await,
            }
        });
    }
}

async fn respond_to_all(socket: impl AsyncRead + AsyncWrite + Unpin, response: Bytes) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let response = response.clone();
        async move {
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(Response::new(Full::new(response)))
        }
    });
    // A client that goes away is none of its business.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

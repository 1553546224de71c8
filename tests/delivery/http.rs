//! The way to Pinterest: peers that hang, drip and break off, proxies, and
//! certificate authorities. Nothing here leaves this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::shop::{GUARD, Peer, Shop, capture, now, order, waiting};
use pinrelay::delivery::{
    Answer, CallFailed, Client, Http, Late, Response, Secret, Settings, Transport, transport,
};
use pinrelay::event::{Moment, Raw, prepare};
use pinrelay::wire::api;
use serde_json::json;

/// Serves every connection on a thread of its own; gives back the port.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// The head of a request: its first line and its headers.
fn head(stream: &TcpStream) -> Vec<String> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect()
}

fn http(endpoint: &str, transport_of: Transport) -> Http {
    let settings = Settings {
        endpoint: endpoint.to_owned(),
        token: Secret::new("pina_secret".into()),
        test: false,
        generation: 0,
        late: Late::Send,
        transport: transport_of,
    };
    let config = transport(&settings.transport, endpoint).unwrap();
    Http::new(&settings, config)
}

/// A call with one order.
fn body() -> String {
    let moment = Moment {
        site: "https://shop.example",
        now: now(),
        fresh_id: &String::new,
    };
    let prepared = prepare(&Raw::from(&order("o-1")), &moment).unwrap();
    format!(r#"{{"data":[{}]}}"#, api::render(&prepared.event))
}

fn post(endpoint: &str, transport: Transport) -> Result<Answer, CallFailed> {
    let began = Instant::now();
    let limit = transport.timeout;
    let answer = http(endpoint, transport).post(body().as_bytes(), false, limit);
    assert!(began.elapsed() < GUARD, "{answer:?}");
    answer
}

fn soon() -> Transport {
    Transport {
        connect_timeout: Duration::from_millis(300),
        timeout: Duration::from_millis(2_000),
        ..Transport::default()
    }
}

fn lost(call: Result<Answer, CallFailed>) -> String {
    match call {
        Err(CallFailed::Lost(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_peer_that_accepts_and_says_nothing_ends_the_call_in_time() {
    let port = listen(|stream| {
        std::thread::sleep(GUARD);
        drop(stream);
    });
    let message = lost(post(&format!("http://127.0.0.1:{port}/"), soon()));
    assert!(message.starts_with("no answer in time"), "{message}");
}

#[test]
fn a_peer_that_never_accepts_ends_the_call_in_time() {
    // The kernel takes connections for it until its line is full.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut line = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        line.push(stream);
        assert!(line.len() < 10_000);
    }
    let message = lost(post(&format!("http://{address}/"), soon()));
    assert!(message.starts_with("no answer in time"), "{message}");
}

#[test]
fn an_answer_that_hangs_in_its_middle_ends_the_call_in_time() {
    let port = listen(|mut stream| {
        head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"events\"");
        std::thread::sleep(GUARD);
    });
    let message = lost(post(&format!("http://127.0.0.1:{port}/"), soon()));
    assert!(message.starts_with("the answer broke off"), "{message}");
}

#[test]
fn an_answer_that_drips_ends_the_call_in_time() {
    let port = listen(|mut stream| {
        head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let message = lost(post(&format!("http://127.0.0.1:{port}/"), soon()));
    assert!(message.starts_with("the answer broke off"), "{message}");
}

#[test]
fn headers_that_drip_end_the_call_in_time() {
    let port = listen(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let message = lost(post(&format!("http://127.0.0.1:{port}/"), soon()));
    assert!(message.starts_with("no answer in time"), "{message}");
}

#[test]
fn what_is_no_answer_is_said_by_its_kind() {
    let broken = listen(|mut stream| {
        head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    let garbage = listen(|mut stream| {
        head(&stream);
        let _ = stream.write_all(b"\x00\x01 203.0.113.7 says hello\r\n\r\n");
    });
    let closed = listen(drop);
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (port, expected) in [
        (broken, "the answer broke off"),
        (garbage, "the answer is no HTTP"),
        (closed, "the connection failed"),
        (free, "the connection failed"),
    ] {
        let message = lost(post(
            &format!("http://127.0.0.1:{port}/"),
            Transport::default(),
        ));
        assert!(message.starts_with(expected), "{expected}: {message}");
        assert!(!message.contains("203.0.113.7"), "{message}");
    }
    let message = lost(post("http://no.such.host.invalid/", Transport::default()));
    assert_eq!(message, "the host name was not found");
}

#[test]
fn an_answer_without_end_is_cut_and_is_no_verdict() {
    let port = listen(|mut stream| {
        head(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
    });
    let answer = post(&format!("http://127.0.0.1:{port}/"), Transport::default());
    assert_eq!(answer.as_ref().unwrap().body.len(), 4 << 20);
    assert!(matches!(
        Response::of(&answer, 1),
        Response::NotPinterest { .. }
    ));
}

#[test]
fn calls_that_follow_each_other_share_a_connection() {
    let opened = Arc::new(Mutex::new(0));
    let count = Arc::clone(&opened);
    let port = listen(move |mut stream| {
        *count.lock().unwrap() += 1;
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line == "\r\n" {
                reader.read_exact(&mut [0; 2]).unwrap();
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            }
            line.clear();
        }
    });
    let mut http = http(&format!("http://127.0.0.1:{port}/"), Transport::default());
    for _ in 0..5 {
        http.post(b"{}", false, GUARD).unwrap();
    }
    assert_eq!(*opened.lock().unwrap(), 1);
}

/// A proxy that answers CONNECT with a status, and with 200 leads to the peer.
fn proxy(status: u16, to: &Peer, seen: &Arc<Mutex<Vec<String>>>) -> u16 {
    let address = to
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/v5")
        .to_owned();
    let seen = Arc::clone(seen);
    listen(move |mut stream| {
        seen.lock().unwrap().extend(head(&stream));
        let _ = write!(stream, "HTTP/1.1 {status} X\r\n\r\n");
        if status == 200 {
            join(stream, TcpStream::connect(&address).unwrap());
        }
    })
}

/// Carries bytes both ways.
fn join(a: TcpStream, b: TcpStream) {
    let (mut from, mut to) = (a.try_clone().unwrap(), b.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let (mut from, mut to) = (b, a);
    let _ = std::io::copy(&mut from, &mut to);
}

fn through(proxy: String) -> Transport {
    Transport {
        proxy: Some(Secret::new(proxy)),
        ..Transport::default()
    }
}

#[test]
fn a_proxy_is_asked_with_its_name_and_password_and_never_gets_the_token() {
    let peer = Peer::good();
    let seen = Arc::default();
    let port = proxy(200, &peer, &seen);
    let endpoint = format!("{}/ad_accounts/1/events", peer.url);
    let answer = post(
        &endpoint,
        through(format!("http://ada:opensesame@127.0.0.1:{port}")),
    );
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(peer.requests().len(), 1);
    let seen = seen.lock().unwrap().join("\n");
    assert!(seen.starts_with("CONNECT 127.0.0.1:"));
    // "ada:opensesame"
    assert!(seen.contains("Proxy-Authorization: Basic YWRhOm9wZW5zZXNhbWU="));
    assert!(!seen.to_lowercase().contains("bearer"));
    let to_peer = peer.requests()[0].headers.join("\n");
    assert!(!to_peer.contains("YWRhOm9wZW5zZXNhbWU") && to_peer.contains("pina_secret"));
}

#[test]
fn a_proxy_that_wants_a_password_pauses_and_says_so_and_other_answers_are_waited_out() {
    let peer = Peer::good();
    for (status, paused) in [(407, true), (403, false), (502, false), (504, false)] {
        let port = proxy(status, &peer, &Arc::default());
        let mut shop = Shop::new(&peer);
        shop.host.ini.proxy = format!("http://ada:opensesame@127.0.0.1:{port}");
        let relay = shop.relay();
        capture(&relay, &order("o-1"));
        relay.drain(0.5).unwrap();
        let state = relay.status().unwrap();
        assert_eq!(
            state["paused"]["reason"] == "configuration",
            paused,
            "{status} {state}"
        );
        assert!(state["retry_at"].is_i64() && waiting(&relay) == 1);
        let said = state["last_error"]["message"].as_str().unwrap().to_owned();
        assert!(said.contains("the proxy"), "{said}");
        assert!(!said.contains("opensesame"));
        let test = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
        assert_eq!(test["message"], json!(said));
    }
    assert_eq!(peer.requests().len(), 0);
}

#[test]
fn a_socks_proxy_is_used_and_not_passed_by() {
    let peer = Peer::good();
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let port = listen(move |mut stream| {
        // RFC 1928: no password; then CONNECT to an IPv4 address.
        let mut hello = [0; 2];
        stream.read_exact(&mut hello).unwrap();
        stream.read_exact(&mut vec![0; hello[1].into()]).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        let mut request = [0; 10];
        stream.read_exact(&mut request).unwrap();
        assert_eq!(request[..4], [5, 1, 0, 1]);
        *count.lock().unwrap() += 1;
        let to = u16::from_be_bytes([request[8], request[9]]);
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        join(stream, TcpStream::connect(("127.0.0.1", to)).unwrap());
    });
    let endpoint = format!("{}/ad_accounts/1/events", peer.url);
    let answer = post(&endpoint, through(format!("socks5://127.0.0.1:{port}")));
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(*asked.lock().unwrap(), 1);
}

#[test]
fn a_proxy_that_hangs_ends_the_call_in_time() {
    let port = listen(|stream| {
        std::thread::sleep(GUARD);
        drop(stream);
    });
    for scheme in ["http", "socks5"] {
        let transport = Transport {
            proxy: Some(Secret::new(format!("{scheme}://127.0.0.1:{port}"))),
            ..soon()
        };
        let call = post("http://192.0.2.1/", transport);
        assert!(
            matches!(call, Err(CallFailed::Lost(_))),
            "{scheme} {call:?}"
        );
    }
}

/// A peer with a certificate that no authority of this world has signed; gives
/// back its port and the certificate.
fn secure_peer() -> (u16, String) {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key.into())
    .unwrap();
    let config = Arc::new(config);
    let port = listen(move |stream| {
        let tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = rustls::StreamOwned::new(tls, stream);
        let mut text = [0; 4_096];
        if stream.read(&mut text).is_ok_and(|read| read > 0) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    (port, made.cert.pem())
}

#[test]
fn a_ca_file_is_what_is_trusted_and_nothing_else_is() {
    let (port, certificate) = secure_peer();
    let dir = tempfile::tempdir().unwrap();
    let cafile = dir.path().join("ca.pem");
    std::fs::write(&cafile, &certificate).unwrap();
    let trusting = |cafile: &std::path::Path| Transport {
        cafile: Some(cafile.to_owned()),
        ..Transport::default()
    };
    let endpoint = format!("https://localhost:{port}/");
    assert_eq!(post(&endpoint, trusting(&cafile)).unwrap().status, 200);
    let message = lost(post(&endpoint, Transport::default()));
    assert!(message.starts_with("no secure connection"), "{message}");
    let (_, other) = secure_peer();
    std::fs::write(&cafile, other).unwrap();
    let message = lost(post(&endpoint, trusting(&cafile)));
    assert!(message.starts_with("no secure connection"), "{message}");
    // One that cannot be used is no reason to trust others.
    for text in ["", "-----BEGIN CERTIFICATE-----\nnothing"] {
        std::fs::write(&cafile, text).unwrap();
        let refused = transport(&trusting(&cafile), &endpoint).unwrap_err();
        assert!(refused.contains("holds no certificate"), "{refused}");
    }
    std::fs::remove_file(&cafile).unwrap();
    let refused = transport(&trusting(&cafile), &endpoint).unwrap_err();
    assert!(
        refused.starts_with("cannot read pinrelay.cafile"),
        "{refused}"
    );
}

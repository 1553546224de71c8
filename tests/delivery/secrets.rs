//! What must not be told: the token, the proxy's password, hashes, addresses and
//! e-mails. Every way to fail is gone, at the wordiest log level, and then
//! everything that people get to see is searched.

use std::fmt::Write;

use crate::shop::{
    Peer, Request, Response, Shop, at, capture, files, ids, now, order, until, visit,
};
use pinrelay::delivery::{Late, Secret, Settings, Transport};
use pinrelay::event::Raw;
use pinrelay::relay::Relay;
use serde_json::{Value, json};

/// Of `ada.shopper@example.com`, as the API gets it.
fn email_hash() -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(b"ada.shopper@example.com");
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn secrets() -> Vec<String> {
    let mut all: Vec<String> = ["pina_secret", "opensesame", "203.0.113.7", "ada.shopper"]
        .map(str::to_owned)
        .into();
    all.push(email_hash());
    all
}

fn assert_silent(what: &str, text: &str) {
    for secret in secrets() {
        assert!(!text.contains(&secret), "{what} tells {secret}: {text}");
    }
}

/// Words that quote everything, as a validator does.
fn quoting() -> String {
    format!(
        "'{}' of ada.shopper@example.com at 203.0.113.7 with pina_secret is not of type array",
        email_hash()
    )
}

/// Everything but the records themselves, which have to hold what is sent.
fn assert_files_are_silent(shop: &Shop) {
    let mut looked_at = 0;
    for path in files(shop.dir.path()) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(
            !text.contains("pina_secret") && !text.contains("opensesame"),
            "{path:?}"
        );
        if !["/seg/", "/dead/"]
            .iter()
            .any(|dir| path.to_string_lossy().contains(dir))
        {
            looked_at += 1;
            assert_silent(&path.to_string_lossy(), &text);
        }
    }
    assert!(looked_at > 1);
}

fn assert_relay_is_silent(relay: &Relay) {
    for answer in [
        relay.status(),
        relay.settled("", 1_000),
        relay.rejected(100),
    ] {
        assert_silent("an answer", &answer.unwrap().to_string());
    }
    assert_silent("a dump", &format!("{relay:?}"));
}

fn talkative(peer: &Peer) -> Shop {
    let mut shop = Shop::new(peer);
    shop.host.ini.log_level = "debug".into();
    shop
}

#[test]
fn whatever_pinterest_answers_nothing_of_it_is_told_that_is_a_secret() {
    let details = |request: &Request| {
        let mut body: Value =
            serde_json::from_str(&Response::processed(request, &["o-1"]).body).unwrap();
        body["events"][0]["error_message"] = json!(quoting());
        body
    };
    let error = |status: u16| move |_: &Request| Response::error(status, &quoting());
    let html = |status: u16| move |_: &Request| Response::new(status, quoting());
    type Answering = Box<dyn Fn(&Request) -> Response + Send + Sync>;
    let answers: Vec<Answering> = vec![
        Box::new(move |request| Response::new(200, details(request).to_string())),
        Box::new(move |request| {
            let body = json!({"code": 953, "message": quoting(), "details": details(request)});
            Response::new(422, body.to_string())
        }),
        Box::new(error(400)),
        Box::new(error(401)),
        Box::new(error(403)),
        Box::new(error(404)),
        Box::new(error(429)),
        Box::new(error(500)),
        Box::new(html(200)),
        Box::new(html(302)),
        Box::new(html(403)),
        Box::new(html(503)),
    ];
    for answer in answers {
        let peer = Peer::new(answer);
        let shop = talkative(&peer);
        let relay = shop.relay();
        capture(&relay, &order("o-1"));
        capture(&relay, &at(visit("v-1"), now() - 4_000));
        // On a busy machine the time may be over before the call.
        until("a call", || {
            relay.drain(0.05).unwrap();
            !peer.requests().is_empty()
        });
        assert!(
            relay.status().unwrap()["last_error"].is_object()
                || relay.rejected(1).unwrap()[0].is_object()
        );
        assert_relay_is_silent(&relay);
        assert_files_are_silent(&shop);
        let test = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
        assert_silent("the answer to a test", &test.to_string());
    }
}

#[test]
fn whatever_keeps_an_answer_from_coming_is_told_without_a_secret() {
    let peer = Peer::good();
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (proxy, base) in [
        (String::new(), format!("http://{closed}/v5")),
        (format!("http://ada:opensesame@{closed}"), peer.url.clone()),
        (
            format!("socks5://ada:opensesame@{closed}"),
            peer.url.clone(),
        ),
        (
            "http://ada:opensesame@no.such.host.invalid:1".into(),
            peer.url.clone(),
        ),
        ("http://ada:opensesame@".into(), peer.url.clone()),
        ("http://ada:opensesame@[bad".into(), peer.url.clone()),
    ] {
        let mut shop = talkative(&peer);
        shop.host.ini.proxy.clone_from(&proxy);
        assert_silent("the host's dump", &format!("{:?}", shop.host));
        let relay = shop.relay_with(json!({"api_base": base}));
        capture(&relay, &order("o-1"));
        if let Err(refusal) = relay.drain(0.05) {
            assert_silent("a refusal", &format!("{refusal} {refusal:?}"));
        }
        let test = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
        assert_silent("the answer to a test", &test.to_string());
        assert_relay_is_silent(&relay);
        assert_files_are_silent(&shop);
    }
}

#[test]
fn damage_withdrawals_and_purges_are_logged_without_a_secret() {
    let peer = Peer::good();
    let shop = talkative(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-3"] {
        capture(&relay, &order(id));
    }
    let segment = &shop.segments()[0];
    let mut text = std::fs::read(segment).unwrap();
    text[60] ^= 1;
    std::fs::write(segment, text).unwrap();
    relay.withdraw(&ids(&["o-2"])).unwrap();
    relay.drain(20.0).unwrap();
    assert_eq!(relay.status().unwrap()["lost"]["damaged"], 1);
    assert!(
        std::fs::read_to_string(shop.file("pinrelay.log"))
            .unwrap()
            .contains("damaged")
    );
    capture(&relay, &order("o-4"));
    relay.purge().unwrap();
    assert_relay_is_silent(&relay);
    assert_files_are_silent(&shop);
}

#[test]
fn a_dump_of_what_a_sender_is_told_shows_neither_token_nor_password() {
    let settings = Settings {
        endpoint: "https://api.pinterest.com/v5/ad_accounts/1/events".into(),
        token: Secret::new("pina_secret".into()),
        test: false,
        generation: 1,
        late: Late::Return,
        transport: Transport {
            proxy: Some(Secret::new("http://ada:opensesame@proxy:3128".into())),
            ..Transport::default()
        },
    };
    assert_silent("a dump", &format!("{settings:?} {settings:#?}"));
}

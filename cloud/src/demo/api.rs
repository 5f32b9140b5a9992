//! The demo's own client of the cloud: public HTTP, nothing else.

use crate::base::http_client;
use std::net::SocketAddr;
use std::time::Duration;

use parking_lot::RwLock;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vitrine_protocol::Code;

use super::error::DemoError;

/// One signed-in caller, or an anonymous one. Clones share the session.
#[derive(Debug, Clone)]
pub(super) struct Cloud {
    base: String,
    http: reqwest::Client,
    token: std::sync::Arc<RwLock<Option<String>>>,
}

impl Cloud {
    /// A caller without a session. `agent` is the `User-Agent`.
    pub(super) fn at(address: SocketAddr, agent: &str) -> Result<Self, DemoError> {
        let http = http_client()
            .user_agent(agent)
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(15))
            .no_proxy()
            .build()
            .map_err(|source| DemoError::Unreachable { call: "anything".into(), source })?;
        Ok(Self { base: format!("http://{address}"), http, token: std::sync::Arc::default() })
    }

    /// Another caller without a session.
    pub(super) fn stranger(&self) -> Self {
        Self { token: std::sync::Arc::default(), ..self.clone() }
    }

    /// Takes the session of a token.
    pub(super) fn hold(&self, token: String) {
        *self.token.write() = Some(token);
    }

    /// The session's token.
    pub(super) fn token(&self) -> Option<String> {
        self.token.read().clone()
    }

    /// Reads.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, DemoError> {
        self.call(Method::GET, path, None).await
    }

    /// Posts JSON.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, DemoError> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Puts JSON.
    pub(super) async fn put<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, DemoError> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Changes some fields.
    pub(super) async fn patch<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, DemoError> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// Puts a picture.
    pub(super) async fn put_picture(&self, path: &str, bytes: &'static [u8]) -> Result<Value, DemoError> {
        let request = self.http.put(format!("{}{path}", self.base));
        let request = request.header("content-type", "image/jpeg").body(bytes);
        self.send(request, format!("PUT {path}")).await
    }

    /// Reads text, whatever its type.
    pub(super) async fn text(&self, path: &str) -> Result<String, DemoError> {
        let (call, answer) = self.plain(path).await?;
        answer.text().await.map_err(|source| DemoError::Unreachable { call, source })
    }

    /// Reads something and says how many bytes it has.
    pub(super) async fn size(&self, path: &str) -> Result<usize, DemoError> {
        let (call, answer) = self.plain(path).await?;
        let bytes = answer.bytes().await;
        Ok(bytes.map_err(|source| DemoError::Unreachable { call, source })?.len())
    }

    async fn plain(&self, path: &str) -> Result<(String, reqwest::Response), DemoError> {
        let call = format!("GET {path}");
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        let answer = answer.map_err(|source| DemoError::Unreachable { call: call.clone(), source })?;
        let status = answer.status();
        if status.is_success() { Ok((call, answer)) } else { Err(refused(call, status, "")) }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, DemoError> {
        let call = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request, call).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        mut request: reqwest::RequestBuilder,
        call: String,
    ) -> Result<T, DemoError> {
        if let Some(token) = self.token() {
            request = request.bearer_auth(token);
        }
        let unreachable = |source| DemoError::Unreachable { call: call.clone(), source };
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unreachable)?;
        if !status.is_success() {
            return Err(refused(call, status, &text));
        }
        let text = if text.is_empty() { "null" } else { &text };
        serde_json::from_str(text).map_err(|error| DemoError::Refused {
            call,
            code: None,
            detail: format!("the answer is not what was expected ({error})"),
        })
    }
}

fn refused(call: String, status: reqwest::StatusCode, body: &str) -> DemoError {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    let code: Option<Code> = problem.get("code").and_then(|code| serde_json::from_value(code.clone()).ok());
    let detail =
        problem.get("detail").and_then(Value::as_str).map_or_else(|| status.to_string(), str::to_owned);
    DemoError::Refused { call, code, detail }
}

//! Kinesis through the AWS SDK: how a client is made, what its errors mean, and `PutRecords`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::StalledStreamProtectionConfig;
use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use super::StreamOptions;
use super::fault::Fault;
use super::window::{Outcome, Record};

/// Time for one request, as the Kinesis Producer Library has it: 5 MiB take this long at 7 Mbit/s.
const REQUEST_WITHIN: Duration = Duration::from_secs(6);

/// Time to connect, TLS included: what takes longer will not answer in time either.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// The longest text from elsewhere that one line of the log repeats.
const MAX_DETAIL_CHARS: usize = 400;

/// A client with the SDK's credential chain and without its retries: ours look at each record.
pub(super) async fn client(options: &StreamOptions) -> Client {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_WITHIN).operation_timeout(REQUEST_WITHIN).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
        .region(Region::new(options.region.clone()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        // The time for a whole request covers it.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = &options.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    Client::new(&loader.load().await)
}

/// What an error of the SDK means, with a text for the log, on which nothing depends.
pub(super) fn fault<E>(error: &SdkError<E, HttpResponse>) -> (Fault, String)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let fault = match error {
        SdkError::ServiceError(answer) => {
            Fault::from_service(answer.err().code(), Some(answer.raw().status().as_u16()))
        }
        SdkError::ResponseError(answer) => Fault::from_service(None, Some(answer.raw().status().as_u16())),
        SdkError::TimeoutError(_) => Fault::Timeout,
        _ if is_about_credentials(error) => Fault::NoCredentials,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Fault::Timeout,
        _ => Fault::Connection,
    };
    let mut detail = match error {
        // The service explains a wrong signature by what it should have signed, and a session token is part of that.
        SdkError::ServiceError(answer) if fault == Fault::BadCredentials => {
            answer.err().code().unwrap_or_default().to_owned()
        }
        SdkError::ServiceError(answer) => {
            format!("{}: {}", answer.err().code().unwrap_or("no code"), answer.err().message().unwrap_or("no message"))
        }
        _ => causes(error),
    };
    if let Some((cut, _)) = detail.char_indices().nth(MAX_DETAIL_CHARS) {
        detail.truncate(cut);
    }
    (fault, detail)
}

fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += ": ";
        text += &error.to_string();
        cause = error.source();
    }
    text
}

fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Puts records into one stream.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    client: Client,
    stream: String,
}

impl Writer {
    pub(super) async fn new(options: &StreamOptions) -> Self {
        Self { client: client(options).await, stream: options.name.clone() }
    }
}

impl super::forwarder::Put for Writer {
    async fn put(&self, records: &[Arc<Record>]) -> (Outcome, String) {
        let entries = records.iter().map(|record| {
            PutRecordsRequestEntry::builder()
                .data(Blob::new(record.data.as_slice()))
                .partition_key(&record.key)
                .build()
                .expect("data and key are set")
        });
        let request = self.client.put_records().stream_name(&self.stream).set_records(Some(entries.collect()));
        match request.send().await {
            Ok(answer) => {
                let each = answer.records().iter().map(|entry| match (entry.error_code(), entry.sequence_number()) {
                    (None, Some(_)) => Ok(()),
                    (code, _) => Err(Fault::from_service(code, None)),
                });
                (Outcome::Each(each.collect()), String::new())
            }
            Err(error) => {
                let (fault, detail) = fault(&error);
                (Outcome::Whole(fault), detail)
            }
        }
    }
}

//! Responses of the measured services.

/// To AssumeAgency: about 1356 bytes.
pub fn assume_agency() -> Vec<u8> {
    format!(
        concat!(
            r#"{{"source_identity":"ci@corp","assumed_agency":{{"urn":"#,
            r#""sts::0123456789abcdef0123456789abcdef:assumed-agency:reader/build-42","#,
            r#""id":"fedcba9876543210fedcba9876543210:build-42"}},"credentials":{{"#,
            r#""access_key_id":"HSTEXAMPLE0000000001","#,
            r#""secret_access_key":"0123456789012345678901234567890123456789","#,
            r#""security_token":"{}","expiration":"2036-03-05T07:38:09.512Z"}}}}"#,
        ),
        token()
    )
    .into_bytes()
}

/// To AssumeRole of the other cloud, with as long a token.
pub fn assume_role() -> Vec<u8> {
    format!(
        concat!(
            r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">"#,
            "<AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:build-42</AssumedRoleId>",
            "<Arn>arn:aws:sts::123456789012:assumed-role/reader/build-42</Arn></AssumedRoleUser>",
            "<Credentials><AccessKeyId>ASIAEXAMPLE000000001</AccessKeyId>",
            "<SecretAccessKey>0123456789012345678901234567890123456789</SecretAccessKey>",
            "<SessionToken>{}</SessionToken><Expiration>2036-03-05T07:38:09Z</Expiration>",
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
        ),
        token()
    )
    .into_bytes()
}

/// To OAuth 2's client credentials, with as long a token.
pub fn access_token() -> Vec<u8> {
    format!(r#"{{"access_token":"{}","token_type":"bearer","expires_in":1800}}"#, token())
        .into_bytes()
}

/// To S3's ListObjectsV2.
pub fn objects() -> Vec<u8> {
    concat!(
        r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#,
        "<Name>bucket</Name><Prefix></Prefix><KeyCount>1</KeyCount><MaxKeys>4500</MaxKeys>",
        "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents>",
        "<Key>march.csv</Key><LastModified>2026-03-05T07:38:09.000Z</LastModified>",
        "<ETag>\"9bb58f26192e4ba00f01e2e7b136bbd8\"</ETag><Size>4096</Size>",
        "<StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>",
    )
    .into()
}

/// As long as those that the service issues.
fn token() -> String {
    "ggpjbi1l".repeat(125)
}

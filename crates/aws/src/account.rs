//! One AWS account: who we are there, its Regions, principals and access keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_iam::types::StatusType;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Region;
use keyferry_ports::aws::{
    AccessKeyStatus, AccountRegions, AwsAccount, CallFailure, Caller, Kms, NewAccessKey,
    NotSentStage, Principals, Refusal, RegionStatus, TrailPage, TrailQuery,
};
use keyferry_ports::secret::SecretText;

use crate::check::in_account;
use crate::cloudtrail::lookup_events;
use crate::ec2::describe_regions;
use crate::errors::{Oddity, failure};
use crate::kms::RegionalKms;
use crate::link::{Link, Timing, client};
use crate::translate::time;

/// An account behind a link.
pub(crate) struct LinkedAccount(pub(crate) Arc<Link>);

impl LinkedAccount {
    fn iam(&self, timing: Timing, credentials: Credentials) -> aws_sdk_iam::Client {
        let link = &self.0;
        client!(
            aws_sdk_iam,
            link,
            link.region,
            link.other_endpoint(),
            timing,
            Some(credentials)
        )
    }

    pub(crate) async fn iam_reader(
        &self,
        operation: &'static str,
    ) -> Result<aws_sdk_iam::Client, CallFailure> {
        let credentials = self.0.credentials(operation).await?;
        Ok(self.iam(self.0.reading(), credentials))
    }

    /// Access keys belong to the user at the bottom of the identity: a role has none.
    fn user_credentials(&self, operation: &'static str) -> Result<Credentials, CallFailure> {
        self.0
            .source
            .access_key()
            .cloned()
            .ok_or_else(|| CallFailure::NotSent {
                operation,
                stage: NotSentStage::Credentials,
                why: "the connection has no access key".to_owned(),
            })
    }

    fn user_reader(&self, operation: &'static str) -> Result<aws_sdk_iam::Client, CallFailure> {
        let credentials = self.user_credentials(operation)?;
        Ok(self.iam(self.0.reading(), credentials))
    }

    fn user_writer(
        &self,
        operation: &'static str,
        signed_at: Timestamp,
    ) -> Result<aws_sdk_iam::Client, CallFailure> {
        let credentials = self.user_credentials(operation)?;
        let timing = self.0.writing(operation, signed_at)?;
        Ok(self.iam(timing, credentials))
    }

    async fn list_regions(&self) -> Result<AccountRegions, CallFailure> {
        const OPERATION: &str = "ListRegions";
        let link = &self.0;
        let credentials = link.credentials(OPERATION).await?;
        let endpoint = link.other_endpoint();
        let timing = link.reading();
        let account = client!(
            aws_sdk_account,
            link,
            link.region,
            endpoint,
            timing,
            Some(credentials)
        );
        let mut pages = account
            .list_regions()
            .max_results(50)
            .into_paginator()
            .items()
            .send();
        let mut regions = Vec::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            let odd = |field| Oddity::missing(field).of(OPERATION, None);
            let name = row.region_name().ok_or_else(|| odd("RegionName"))?;
            let status = row
                .region_opt_status()
                .ok_or_else(|| odd("RegionOptStatus"))?;
            regions.push(RegionStatus {
                region: name
                    .parse()
                    .map_err(|_| Oddity::strange("RegionName", name).of(OPERATION, None))?,
                is_enabled: matches!(status.as_str(), "ENABLED" | "ENABLED_BY_DEFAULT"),
            });
        }
        Ok(AccountRegions {
            regions,
            told_by: "account:ListRegions",
        })
    }

    /// The ARN of a role, with its path.
    pub(crate) async fn role_arn(
        &self,
        caller: &Caller,
        role: &str,
    ) -> Result<String, CallFailure> {
        const OPERATION: &str = "GetRole";
        let iam = self.iam_reader(OPERATION).await?;
        let answer = Box::pin(iam.get_role().role_name(role).send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let found = answer
            .role()
            .ok_or_else(|| Oddity::missing("Role").of(OPERATION, None))?;
        in_account(OPERATION, &caller.account, found.arn())?;
        Ok(found.arn().to_owned())
    }

    /// The ARN that IAM has for the user or role with the name in an ARN; the path is not part of the name.
    async fn principal_named(&self, arn: &str) -> Result<String, CallFailure> {
        let name = arn.rsplit('/').next().unwrap_or_default();
        if arn.contains(":user/") {
            const OPERATION: &str = "GetUser";
            let iam = self.iam_reader(OPERATION).await?;
            let answer = Box::pin(iam.get_user().user_name(name).send())
                .await
                .map_err(|error| failure(OPERATION, &error))?;
            let found = answer.user().map(aws_sdk_iam::types::User::arn);
            let found = found.ok_or_else(|| Oddity::missing("User").of(OPERATION, None))?;
            return Ok(found.to_owned());
        }
        const OPERATION: &str = "GetRole";
        let iam = self.iam_reader(OPERATION).await?;
        let answer = Box::pin(iam.get_role().role_name(name).send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let found = answer.role().map(aws_sdk_iam::types::Role::arn);
        let found = found.ok_or_else(|| Oddity::missing("Role").of(OPERATION, None))?;
        Ok(found.to_owned())
    }

    async fn users(&self) -> Result<Vec<String>, CallFailure> {
        const OPERATION: &str = "ListUsers";
        let account = self.0.account().await?;
        let iam = self.iam_reader(OPERATION).await?;
        let mut pages = iam
            .list_users()
            .max_items(1000)
            .into_paginator()
            .items()
            .send();
        let mut users = Vec::new();
        while let Some(user) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            in_account(OPERATION, &account, user.arn())?;
            users.push(user.arn().to_owned());
        }
        Ok(users)
    }

    async fn roles(&self) -> Result<Vec<String>, CallFailure> {
        const OPERATION: &str = "ListRoles";
        let account = self.0.account().await?;
        let iam = self.iam_reader(OPERATION).await?;
        let mut pages = iam
            .list_roles()
            .max_items(1000)
            .into_paginator()
            .items()
            .send();
        let mut roles = Vec::new();
        while let Some(role) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            in_account(OPERATION, &account, role.arn())?;
            roles.push(role.arn().to_owned());
        }
        Ok(roles)
    }
}

#[async_trait]
impl AwsAccount for LinkedAccount {
    fn skew(&self) -> SignedDuration {
        self.0.skew.get()
    }

    async fn caller(&self) -> Result<Caller, CallFailure> {
        self.0.caller().await
    }

    async fn regions(&self) -> Result<AccountRegions, CallFailure> {
        let first = match self.list_regions().await {
            Ok(regions) => return Ok(regions),
            Err(failure) => self.0.noticed(failure),
        };
        match describe_regions(&self.0).await {
            Ok(regions) => Ok(regions),
            Err(second) => {
                tracing::debug!(%second, "DescribeRegions did not answer either");
                Err(first)
            }
        }
    }

    async fn allowed(
        &self,
        caller: &Caller,
        region: &Region,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure> {
        self.simulate(caller, region, actions)
            .await
            .map_err(|failure| self.0.noticed(failure))
    }

    async fn principals(&self) -> Result<Principals, CallFailure> {
        let users = self
            .users()
            .await
            .map_err(|failure| self.0.noticed(failure))?;
        let roles = self
            .roles()
            .await
            .map_err(|failure| self.0.noticed(failure))?;
        Ok(Principals { users, roles })
    }

    async fn events(
        &self,
        region: &Region,
        query: &TrailQuery,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<TrailPage, CallFailure> {
        let found = lookup_events(&self.0, region, query, (from, until)).await;
        found.map_err(|failure| self.0.noticed(failure))
    }

    async fn principal_exists(&self, arn: &str) -> Result<bool, CallFailure> {
        match self.principal_named(arn).await {
            Ok(found) => Ok(found == arn),
            Err(CallFailure::Refused {
                refusal: Refusal::NotFound,
                ..
            }) => Ok(false),
            Err(failure) => Err(self.0.noticed(failure)),
        }
    }

    async fn create_access_key(&self, signed_at: Timestamp) -> Result<NewAccessKey, CallFailure> {
        const OPERATION: &str = "CreateAccessKey";
        let iam = self.user_writer(OPERATION, signed_at)?;
        let answer = Box::pin(iam.create_access_key().send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let key = answer
            .access_key()
            .ok_or_else(|| Oddity::missing("AccessKey").of(OPERATION, None))?;
        Ok(NewAccessKey {
            access_key_id: key.access_key_id().to_owned(),
            secret_access_key: SecretText::new(key.secret_access_key()),
        })
    }

    async fn access_keys(&self) -> Result<Vec<AccessKeyStatus>, CallFailure> {
        const OPERATION: &str = "ListAccessKeys";
        let iam = self.user_reader(OPERATION)?;
        let mut pages = iam.list_access_keys().into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            let created_at = row
                .create_date()
                .map(|date| time("CreateDate", date))
                .transpose()
                .map_err(|odd| odd.of(OPERATION, None))?;
            let id = row.access_key_id();
            keys.push(AccessKeyStatus {
                access_key_id: id
                    .ok_or_else(|| Oddity::missing("AccessKeyId").of(OPERATION, None))?
                    .to_owned(),
                is_active: row.status() == Some(&StatusType::Active),
                created_at,
            });
        }
        Ok(keys)
    }

    async fn deactivate_access_key(
        &self,
        id: &str,
        signed_at: Timestamp,
    ) -> Result<(), CallFailure> {
        const OPERATION: &str = "UpdateAccessKey";
        let iam = self.user_writer(OPERATION, signed_at)?;
        let request = iam
            .update_access_key()
            .access_key_id(id)
            .status(StatusType::Inactive);
        let sent = Box::pin(request.send()).await;
        sent.map(drop).map_err(|error| failure(OPERATION, &error))
    }

    async fn delete_access_key(&self, id: &str, signed_at: Timestamp) -> Result<(), CallFailure> {
        const OPERATION: &str = "DeleteAccessKey";
        let iam = self.user_writer(OPERATION, signed_at)?;
        let sent = Box::pin(iam.delete_access_key().access_key_id(id).send()).await;
        sent.map(drop).map_err(|error| failure(OPERATION, &error))
    }

    fn kms(&self, region: &Region) -> Arc<dyn Kms> {
        Arc::new(RegionalKms {
            link: Arc::clone(&self.0),
            region: region.clone(),
        })
    }
}

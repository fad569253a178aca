//! Using keys, as an application: from file or standard input to file or standard output.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::endpoints as at;
use keyferry_api::key_use::{
    DecryptRequest, DecryptedView, EncryptRequest, EncryptedView, KmsDecryptRequest,
    KmsDecryptedView, KmsEncryptRequest, KmsEncryptedView, MacRequest, MacView, SignRequest,
    SignedView, UnwrapRequest, UnwrappedView, UsedView, VerifiedView, VerifyRequest, WrapRequest,
    WrappedView,
};
use zeroize::Zeroizing;

use super::Context;
use crate::args::{
    CipherArgs, KmsCipherArgs, MacArgs, SignArgs, UseArgs, VerifySignatureArgs, WrapArgs,
};
use crate::client::Call;
use crate::error::{CliError, Exit};

pub(crate) async fn encrypt(context: &mut Context<'_>, args: CipherArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = EncryptRequest {
        plaintext: context.world.read_data(&using.input)?,
        associated_data: associated(context, args.associated_data.as_deref())?,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::ENCRYPT, &path).body(&request);
    let view: EncryptedView = context.client.send(call).await?.read()?;
    made(context, using, &view.ciphertext, "encrypted", &view.used)
}

pub(crate) async fn decrypt(context: &mut Context<'_>, args: CipherArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = DecryptRequest {
        ciphertext: context.world.read_data(&using.input)?.expose().to_owned(),
        associated_data: associated(context, args.associated_data.as_deref())?,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::DECRYPT, &path).body(&request);
    let view: DecryptedView = context.client.send(call).await?.read()?;
    made(
        context,
        using,
        view.plaintext.expose(),
        "decrypted",
        &view.used,
    )
}

pub(crate) async fn mac(context: &mut Context<'_>, args: MacArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = MacRequest {
        message: context.world.read_data(&using.input)?,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::MAKE_MAC, &path).body(&request);
    let view: MacView = context.client.send(call).await?.read()?;
    made(context, using, &view.mac, "made a MAC", &view.used)
}

pub(crate) async fn sign(context: &mut Context<'_>, args: SignArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = SignRequest {
        message: context.world.read_data(&using.input)?,
        algorithm: args.algorithm,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::SIGN, &path).body(&request);
    let view: SignedView = context.client.send(call).await?.read()?;
    made(context, using, &view.signature, "signed", &view.used)
}

/// Says whether; a signature of something else is an error, so that scripts need not read.
pub(crate) async fn verify(
    context: &mut Context<'_>,
    args: VerifySignatureArgs,
) -> Result<(), CliError> {
    begin(context, args.api_key_file.as_deref())?;
    let request = VerifyRequest {
        message: context.world.read_data(&args.input)?,
        signature: context
            .world
            .read_data(&args.signature)?
            .expose()
            .to_owned(),
        algorithm: args.algorithm,
        version: args.key_version,
    };
    let path = [args.key.as_str()];
    let call = Call::to(&at::VERIFY, &path).body(&request);
    let view: VerifiedView = context.client.send(call).await?.read()?;
    say(context, "looked", &view.used);
    context.world.print_one(context.globals.output, &view)?;
    if view.is_valid {
        return Ok(());
    }
    let message = "the signature is not that of this message by this key";
    Err(CliError::new(Exit::Damaged, message).hint(
        "name the version and the algorithm that made it; `key-version list` shows the versions",
    ))
}

pub(crate) async fn wrap(context: &mut Context<'_>, args: WrapArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = WrapRequest {
        key: context.world.read_data(&using.input)?,
        wrapping: args.wrapping,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::WRAP, &path).body(&request);
    let view: WrappedView = context.client.send(call).await?.read()?;
    made(context, using, &view.wrapped_key, "wrapped", &view.used)
}

pub(crate) async fn unwrap(context: &mut Context<'_>, args: WrapArgs) -> Result<(), CliError> {
    let using = &args.using;
    begin(context, using.api_key_file.as_deref())?;
    let request = UnwrapRequest {
        wrapped_key: context.world.read_data(&using.input)?.expose().to_owned(),
        wrapping: args.wrapping,
        version: args.key_version,
    };
    let path = [using.key.as_str()];
    let call = Call::to(&at::UNWRAP, &path).body(&request);
    let view: UnwrappedView = context.client.send(call).await?.read()?;
    made(
        context,
        using,
        view.unwrapped.expose(),
        "unwrapped",
        &view.used,
    )
}

pub(crate) async fn kms_encrypt(
    context: &mut Context<'_>,
    args: KmsCipherArgs,
) -> Result<(), CliError> {
    begin(context, args.api_key_file.as_deref())?;
    let request = KmsEncryptRequest {
        plaintext: context.world.read_data(&args.input)?,
        encryption_context: pairs(&args.context)?,
        region: args.region,
    };
    let path = [args.kms_key.as_str()];
    let call = Call::to(&at::KMS_ENCRYPT, &path).body(&request);
    let view: KmsEncryptedView = context.client.send(call).await?.read()?;
    write(context, &args.out, &view.ciphertext)
}

pub(crate) async fn kms_decrypt(
    context: &mut Context<'_>,
    args: KmsCipherArgs,
) -> Result<(), CliError> {
    begin(context, args.api_key_file.as_deref())?;
    let request = KmsDecryptRequest {
        ciphertext: context.world.read_data(&args.input)?.expose().to_owned(),
        encryption_context: pairs(&args.context)?,
        region: args.region,
    };
    let path = [args.kms_key.as_str()];
    let call = Call::to(&at::KMS_DECRYPT, &path).body(&request);
    let view: KmsDecryptedView = context.client.send(call).await?.read()?;
    write(context, &args.out, view.plaintext.expose())
}

/// Acts as the application whose API key is in the file, if one is named.
fn begin(context: &mut Context<'_>, api_key_file: Option<&Path>) -> Result<(), CliError> {
    if let Some(file) = api_key_file {
        let text = Zeroizing::new(context.world.read_text(file)?);
        context.client.sign_in_with(text.trim());
    }
    Ok(())
}

fn associated(context: &mut Context<'_>, file: Option<&Path>) -> Result<Option<String>, CliError> {
    let read = file.map(|file| context.world.read_data(file)).transpose()?;
    Ok(read.map(|data| data.expose().to_owned()))
}

fn made(
    context: &mut Context<'_>,
    using: &UseArgs,
    base64: &str,
    what: &str,
    used: &UsedView,
) -> Result<(), CliError> {
    say(context, what, used);
    write(context, &using.out, base64)
}

fn say(context: &mut Context<'_>, what: &str, used: &UsedView) {
    let UsedView {
        version, algorithm, ..
    } = used;
    context
        .world
        .say(&format!("{what} with version {version} ({algorithm})"));
    if let Some(warning) = &used.warning {
        context.world.say(&format!("warning: {warning}"));
    }
}

fn write(context: &mut Context<'_>, out: &Path, base64: &str) -> Result<(), CliError> {
    let bytes = STANDARD.decode(base64).map_err(|error| {
        CliError::new(Exit::Bug, "the server's answer is not understood").because(&error)
    })?;
    context.world.write_data(out, &Zeroizing::new(bytes))
}

fn pairs(texts: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            CliError::usage(format!("`{text}` is no pair of a context"))
                .hint("write it like --context purpose=invoices")
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

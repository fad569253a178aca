"""Creates a KMS key with imported AES material and an alias for each name on stdin, and prints the seconds that it took.

Six calls, one after the other: DescribeKey (is the alias free?), CreateKey, GetParametersForImport, ImportKeyMaterial,
CreateAlias, DescribeKey (is it enabled?).
"""

import os
import sys
import time

import boto3
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
kms = boto3.client("kms")


def refuse_taken(alias):
    try:
        kms.describe_key(KeyId=alias)
    except kms.exceptions.NotFoundException:
        return
    raise AssertionError(f"{alias} is taken")


def create(name):
    alias = "alias/" + name
    refuse_taken(alias)
    key = kms.create_key(Origin="EXTERNAL", Description=name)["KeyMetadata"]["KeyId"]
    parameters = kms.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_4096"
    )
    public_key = serialization.load_der_public_key(parameters["PublicKey"])
    kms.import_key_material(
        KeyId=key,
        ImportToken=parameters["ImportToken"],
        EncryptedKeyMaterial=public_key.encrypt(os.urandom(32), OAEP),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    state = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    assert state == "Enabled", state


for line in sys.stdin:
    begun = time.perf_counter()
    create(line.strip())
    print(time.perf_counter() - begun, flush=True)

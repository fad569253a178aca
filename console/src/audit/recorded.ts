// What a real server answered about its log: the truth that tests tamper with.
import type { Entry } from "./shown";

export const recorded = {
  key: "keyferry/91a60cdc999a18a6+1b5d8c55+ARz2FZOqxM86JgervMTco49heM6ZkTG/wZ/F0Y0t+pVX",
  older:
    "keyferry/91a60cdc999a18a6\n85\n+Q8EDBR2l2vHVOmqFjh6Cud5srKLBw6VOl9zkO3+QLg=\n\n— keyferry/91a60cdc999a18a6 G12MVVtktu68kACUpPj/LvHH0otJGhL2ThVVERfC6b24v3v2ao9Hm8NBTbF0Jw72K0ND/Ok8doIMbYNT328Orb5AxAQ=\n",
  newer:
    "keyferry/91a60cdc999a18a6\n92\ntPXKmaXq5N1o4F5k3ivdHmijNgEjKVEh33rA928qlvM=\n\n— keyferry/91a60cdc999a18a6 G12MVRUr3h34/cHEk3mbvczvfiSQYmAJoUy2s6YVHT3aF27SB3+K2R/BdLE2xAfb5yzrT4S4s9UC5JYk0LT86Ic7Xgw=\n",
  olderSize: 85,
  newerSize: 92,
  entry: {
    index: 90,
    at: "2026-11-23T12:56:17.756935Z",
    actor: "user/admin",
    action: "import-material",
    result: "ok",
    object: {
      kind: "kms-key",
      id: "01a2087a-8826-7001-9fff-3ad5bc555ba6",
      name: "vect",
    },
    job: "01a2087a-8827-7823-acbf-41d160221a83",
    aws_operation: "ImportKeyMaterial",
    aws_request_id: "644b370a-9efe-4087-a312-ef6ea728b78e",
    detail: {
      arn: "arn:aws:kms:eu-central-1:111122223333:key/ad49e59d-d07e-4993-8f40-c47d254b129e",
      code: "ok",
      material_id: "9194a0de12708bd420afb0832ef1fd7a1ad64962fb8888cfc3d46aa8a1e431c3",
      region: "eu-central-1",
      version: "1",
    },
    leaf_hash: "5a89f090a9c7df5d71916ef2f659ea9461eba490d3034972fada2ba6237543bc",
    leaf: '{"action":"import-material","actor":"user/admin","attempt_id":"01a2087a-8855-7927-9ea1-f788da16f556","aws_operation":"ImportKeyMaterial","aws_request_id":"644b370a-9efe-4087-a312-ef6ea728b78e","detail":{"arn":"arn:aws:kms:eu-central-1:111122223333:key/ad49e59d-d07e-4993-8f40-c47d254b129e","code":"ok","material_id":"9194a0de12708bd420afb0832ef1fd7a1ad64962fb8888cfc3d46aa8a1e431c3","region":"eu-central-1","version":"1"},"format":1,"job_id":"01a2087a-8827-7823-acbf-41d160221a83","object":{"id":"01a2087a-8826-7001-9fff-3ad5bc555ba6","kind":"kms-key","name":"vect"},"phase":"outcome","result":"ok","time_micros":1795438577756935}',
  },
  inclusion: [
    "e0d076d8d944760a5fbc307cdb62f1797e3ac230cc49d8b6c076f6e7aa0964cc",
    "d43249f9f2e644b7ae1c258264dfd007e961bd61b1d35603bf7d21274e8b4d90",
    "a6bb9b3c3c879fc24e09dd18410da60fde729bbd05d44cb37b62771d5640ebff",
    "de3846d840b4845caefe191fd4fb5903b9ca7d708df6bbcc59e9f6b817f96187",
    "3e5e10aa149361aaed8b8d8bbea9b2583f8e5d1e6359de4ef0e0b4abbb74fd5f",
  ],
  consistency: [
    "ac3efec13267e85acd2db1d8316f61d052b3a1485dbc94f63701b0ef33d34338",
    "17a3f75f362357c1e5ec58d7c0385237268fb6e768462028dcd4957d81884fab",
    "54e4e653f96714cd6f3cc826a93609493666d54aa6d1b070f96c0dbbb8c55653",
    "c579904a400e76d0dd2884d07839b58ae569886477877c0caf49b92a94a7f0ff",
    "d3adb3b996880d5fd78add7aa9c5ecdbd9f256ecd2c696c29d98b86ec1bd3cbe",
    "de3846d840b4845caefe191fd4fb5903b9ca7d708df6bbcc59e9f6b817f96187",
    "3e5e10aa149361aaed8b8d8bbea9b2583f8e5d1e6359de4ef0e0b4abbb74fd5f",
  ],
} satisfies { entry: Entry } & Record<string, unknown>;

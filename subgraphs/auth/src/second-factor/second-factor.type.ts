import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "What an authenticator app needs to know; shown once." })
export class TotpEnrollment {
  @Field({ description: "In base32, for who types it in." }) secret!: string;
  @Field({ description: "otpauth: URL; on a phone it opens the app." }) otpauthUrl!: string;
  @Field({ description: "The URL as a QR code: a data: URL of a PNG." }) qrCode!: string;
}

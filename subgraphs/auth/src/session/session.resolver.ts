import { Audited, Public, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from "type-graphql";
import type { AuthContext } from "../context.js";
import { AuthPayload, Session } from "./session.type.js";
import { LoginInput, RegisterInput } from "./sign-in.input.js";

@Resolver(() => Session)
export class SessionResolver {
  @FieldResolver(() => Boolean, { description: "Whether this request came with it." })
  current(@Root() session: Session, @Ctx() { sessions }: AuthContext): boolean {
    return sessions.isCurrent(session);
  }

  @Mutation(() => AuthPayload, { description: "Makes an account, and signs in." })
  @Audited({ action: "auth.register" })
  @Public()
  register(
    @Arg("input", () => RegisterInput, { description: "Who they are, and what they will sign in with." })
    input: RegisterInput,
    @Ctx() { signIn }: AuthContext,
  ): Promise<AuthPayload> {
    return signIn.register(input);
  }

  @Mutation(() => AuthPayload, { description: "Signs in." })
  @Audited({ action: "auth.login" })
  @Public()
  login(
    @Arg("input", () => LoginInput, {
      description: "E-mail address, password, and a second factor of those who have one.",
    })
    input: LoginInput,
    @Ctx() { signIn }: AuthContext,
  ): Promise<AuthPayload> {
    return signIn.login(input);
  }

  @Mutation(() => AuthPayload, { description: "Trades a refresh token, once, for a new pair of tokens." })
  @Audited({ action: "auth.refresh" })
  @Public()
  refreshSession(
    @Arg("refreshToken", () => String, {
      description: "The last one given out; using an older one again ends the session.",
    })
    refreshToken: string,
    @Ctx() { signIn }: AuthContext,
  ): Promise<AuthPayload> {
    return signIn.refresh(refreshToken);
  }

  @Mutation(() => Boolean, {
    description: "Ends the current session and its refresh tokens; false when there is none, as with an API key.",
  })
  @Audited({ action: "auth.logout" })
  @SignedIn()
  logout(@Ctx() { sessions }: AuthContext): Promise<boolean> {
    return sessions.logout();
  }

  @Mutation(() => Int, { description: "Ends all of the caller's sessions; returns how many." })
  @Audited({ action: "auth.logout-everywhere" })
  @SignedIn()
  logoutEverywhere(@Ctx() { sessions }: AuthContext): Promise<number> {
    return sessions.logoutEverywhere();
  }

  @Mutation(() => Session, { description: "Ends a session: one of the caller's own, or with sessions:revoke." })
  @Audited({ action: "session.revoke", entityType: "Session", target: "id" })
  @SignedIn()
  revokeSession(
    @Arg("id", () => ID, { description: "As `User.sessions` lists it; SESSION_NOT_FOUND when it has ended." })
    id: string,
    @Ctx() { sessions }: AuthContext,
  ): Promise<Session> {
    return sessions.revoke(id);
  }
}

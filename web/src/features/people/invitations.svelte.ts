import { type Api, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { InvitationView, IssuedInvitation, NewInvitation } from "#/api/schema";
import type { Once } from "#/api/submission.svelte";

import { linkWith } from "./links";

/** A link that was just made, shown once. */
export interface MadeLink {
  readonly name: string;
  readonly link: string;
  /** ISO 8601: until when it is good. */
  readonly expires: string;
}

/** The invitations that may still be accepted, for owners. */
export class OpenInvitations extends Query<readonly InvitationView[]> {
  #api: Api;

  constructor(api: Api) {
    super(async (signal) => {
      const query = { limit: 200 };
      return (await taken(api.GET("/api/v1/invitations", { params: { query }, signal }))).items;
    });
    this.#api = api;
  }

  /** Make an invitation and give its link, which nobody can ask for again. */
  async issue(body: NewInvitation, once: Once): Promise<MadeLink> {
    const made: IssuedInvitation = await taken(
      this.#api.POST("/api/v1/invitations", { body, headers: { ...once } }),
    );
    void this.refresh();
    const { name, expires_at } = made.invitation;
    return { name, link: linkWith("join", made.token), expires: expires_at };
  }

  async revoke(id: string): Promise<void> {
    const path = { invitation_id: id };
    await taken(this.#api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path } }));
    await this.refresh();
  }
}

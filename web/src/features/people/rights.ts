import type { ActorView, MemberView, Permission, Role } from "#/api/schema";
import type { Key } from "#/text/words.svelte";

export const ROLES: readonly Role[] = ["parent", "child", "other"];
export const PERMISSIONS: readonly Permission[] = ["owner", "editor", "viewer"];

/** What people call a role, and what a permission lets somebody do. */
export const ROLE_NAMES: Readonly<Record<Role, Key>> = {
  parent: "people.parent",
  child: "people.child",
  other: "people.adult",
};
export const PERMISSION_NAMES: Readonly<Record<Permission, Key>> = {
  owner: "people.owner",
  editor: "people.editor",
  viewer: "people.viewer",
};
export const PERMISSION_HINTS: Readonly<Record<Permission, Key>> = {
  owner: "people.owner_hint",
  editor: "people.editor_hint",
  viewer: "people.viewer_hint",
};

/** What somebody may do about a member; the server decides, and this keeps what it would refuse off the page. */
export interface Rights {
  /** Name, zone, and what moves by itself. */
  readonly edit: boolean;
  /** Role and permission. */
  readonly govern: boolean;
  readonly invite: boolean;
  readonly reset: boolean;
  readonly export: boolean;
  readonly remove: boolean;
}

export function rightsOver(
  member: Pick<MemberView, "id" | "signs_in">,
  actor: Pick<ActorView, "member_id" | "permission">,
): Rights {
  const isOwner = actor.permission === "owner";
  const isSelf = member.id === actor.member_id;
  return {
    edit: isOwner || isSelf,
    govern: isOwner,
    invite: isOwner && !member.signs_in,
    reset: isOwner && member.signs_in && !isSelf,
    export: isSelf || (isOwner && !member.signs_in),
    remove: isOwner || isSelf,
  };
}

/** Give the permissions that a member can have: who cannot sign in cannot own. */
export function permissionsFor(member: { signs_in: boolean }): readonly Permission[] {
  return member.signs_in ? PERMISSIONS : PERMISSIONS.filter((each) => each !== "owner");
}

/** What somebody of a role is allowed at first. */
export function usualPermission(role: Role): Permission {
  return role === "child" ? "viewer" : "editor";
}

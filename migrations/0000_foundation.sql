CREATE TABLE `model` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`alias` text NOT NULL,
	`provider` text NOT NULL,
	`provider_model` text NOT NULL,
	`base_url` text NOT NULL,
	`key_id` text,
	`currency` text,
	`input_price` integer,
	`output_price` integer,
	`is_default` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`key_id`) REFERENCES `provider_key`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_alias` ON `model` (`organization_id`,`alias`);--> statement-breakpoint
CREATE UNIQUE INDEX `model_default` ON `model` (`organization_id`) WHERE "model"."is_default" = 1;--> statement-breakpoint
CREATE TABLE `provider_key` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`provider` text NOT NULL,
	`base_url` text NOT NULL,
	`name` text NOT NULL,
	`key_sealed` text,
	`hint` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `provider_key_org` ON `provider_key` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `usage_event` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text,
	`kind` text NOT NULL,
	`model` text NOT NULL,
	`plugin_slug` text,
	`tool` text,
	`status` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`request_id` text NOT NULL,
	`external_user` text,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`currency` text,
	`cost_millionths` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `usage_event_org` ON `usage_event` (`organization_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `usage_event_age` ON `usage_event` (`created_at`);--> statement-breakpoint
CREATE TABLE `approval` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`plugin_version_id` text NOT NULL,
	`plugin_slug` text NOT NULL,
	`tool` text NOT NULL,
	`tool_name` text NOT NULL,
	`call_id` text NOT NULL,
	`chat_id` text,
	`chat_object_id` text,
	`scope` text NOT NULL,
	`payload_sealed` text,
	`payload_hash` text NOT NULL,
	`payload_text` text NOT NULL,
	`reason` text NOT NULL,
	`decider` text NOT NULL,
	`asked_in` text NOT NULL,
	`state` text NOT NULL,
	`requested_by_kind` text NOT NULL,
	`requested_by_id` text NOT NULL,
	`decided_by_kind` text,
	`decided_by_id` text,
	`decided_via` text,
	`reject_reason` text,
	`attempts` integer NOT NULL,
	`error_code` text,
	`outcome` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`decided_at` integer,
	`executing_at` integer,
	`ended_at` integer,
	`told_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "approval_payload_kept" CHECK(("approval"."state" in ('pending', 'approved', 'executing')) = ("approval"."payload_sealed" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `approval_call` ON `approval` (`call_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `approval_waiting` ON `approval` (`scope`,`payload_hash`) WHERE "approval"."state" = 'pending';--> statement-breakpoint
CREATE INDEX `approval_org` ON `approval` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `approval_instance` ON `approval` (`instance_id`,`id`);--> statement-breakpoint
CREATE INDEX `approval_open` ON `approval` (`state`,`expires_at`) WHERE "approval"."state" in ('pending', 'approved', 'executing');--> statement-breakpoint
CREATE INDEX `approval_untold` ON `approval` (`ended_at`) WHERE "approval"."ended_at" is not null and "approval"."told_at" is null and "approval"."chat_object_id" is not null;--> statement-breakpoint
CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `account_user` ON `account` (`user_id`);--> statement-breakpoint
CREATE TABLE `invitation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`status` text NOT NULL,
	`expires_at` integer NOT NULL,
	`inviter_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`inviter_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `invitation_org` ON `invitation` (`organization_id`);--> statement-breakpoint
CREATE INDEX `invitation_email` ON `invitation` (`email`);--> statement-breakpoint
CREATE TABLE `member` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `member_org_user` ON `member` (`organization_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `member_user` ON `member` (`user_id`);--> statement-breakpoint
CREATE TABLE `organization` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`logo` text,
	`metadata` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organization_slug_unique` ON `organization` (`slug`);--> statement-breakpoint
CREATE TABLE `rate_limit` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`count` integer NOT NULL,
	`last_request` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rate_limit_key_unique` ON `rate_limit` (`key`);--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`active_organization_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `session_token_unique` ON `session` (`token`);--> statement-breakpoint
CREATE INDEX `session_user` ON `session` (`user_id`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_email_unique` ON `user` (`email`);--> statement-breakpoint
CREATE TABLE `verification` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verification_identifier` ON `verification` (`identifier`);--> statement-breakpoint
CREATE TABLE `chat` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`object_id` text NOT NULL,
	`phone_sealed` text NOT NULL,
	`state` text NOT NULL,
	`last_message_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `chat_object` ON `chat` (`object_id`);--> statement-breakpoint
CREATE INDEX `chat_recent` ON `chat` (`organization_id`,`instance_id`,`last_message_at`,`id`);--> statement-breakpoint
CREATE TABLE `escalation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`reason` text NOT NULL,
	`summary` text NOT NULL,
	`urgency` text NOT NULL,
	`state` text NOT NULL,
	`assignee_kind` text,
	`assignee_id` text,
	`source_kind` text NOT NULL,
	`source_id` text NOT NULL,
	`note` text,
	`created_at` integer NOT NULL,
	`taken_at` integer,
	`resolved_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `escalation_unresolved` ON `escalation` (`chat_id`) WHERE "escalation"."state" <> 'resolved';--> statement-breakpoint
CREATE INDEX `escalation_org` ON `escalation` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `escalation_state` ON `escalation` (`organization_id`,`state`,`id`);--> statement-breakpoint
CREATE TABLE `chat_note` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`text` text NOT NULL,
	`author_kind` text NOT NULL,
	`author_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `chat_note_chat` ON `chat_note` (`organization_id`,`chat_id`,`id`);--> statement-breakpoint
CREATE TABLE `plugin_document` (
	`organization_id` text NOT NULL,
	`plugin_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`organization_id`, `plugin_id`, `key`),
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `plugin_event` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`plugin_slug` text NOT NULL,
	`name` text NOT NULL,
	`data` text NOT NULL,
	`source_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `plugin_event_org` ON `plugin_event` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `plugin_event_installation` ON `plugin_event` (`organization_id`,`installation_id`,`id`);--> statement-breakpoint
CREATE INDEX `plugin_event_age` ON `plugin_event` (`created_at`);--> statement-breakpoint
CREATE TABLE `plugin_job` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`name` text NOT NULL,
	`payload` text NOT NULL,
	`dedupe_key` text,
	`tries` integer NOT NULL,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `plugin_job_due` ON `plugin_job` (`due_at`);--> statement-breakpoint
CREATE INDEX `plugin_job_owner` ON `plugin_job` (`organization_id`,`installation_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_job_once` ON `plugin_job` (`installation_id`,`dedupe_key`) WHERE "plugin_job"."dedupe_key" is not null;--> statement-breakpoint
CREATE TABLE `installation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`plugin_id` text NOT NULL,
	`plugin_version_id` text NOT NULL,
	`mode` text NOT NULL,
	`status` text NOT NULL,
	`config_sealed` text,
	`user_hash_key_sealed` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`uninstalled_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`plugin_id`) REFERENCES `plugin`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`plugin_version_id`) REFERENCES `plugin_version`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `installation_org_plugin` ON `installation` (`organization_id`,`plugin_id`) WHERE "installation"."status" <> 'uninstalled';--> statement-breakpoint
CREATE INDEX `installation_org` ON `installation` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `instance_grant` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`status` text NOT NULL,
	`tools` text NOT NULL,
	`permissions` text NOT NULL,
	`calls_per_minute` integer,
	`approvals` text DEFAULT '{}' NOT NULL,
	`deciders` text DEFAULT '{}' NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `instance_grant_active` ON `instance_grant` (`instance_id`,`installation_id`) WHERE "instance_grant"."status" = 'active';--> statement-breakpoint
CREATE INDEX `instance_grant_installation` ON `instance_grant` (`installation_id`);--> statement-breakpoint
CREATE INDEX `instance_grant_org` ON `instance_grant` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `plugin` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`organization_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_org_slug` ON `plugin` (`organization_id`,`slug`);--> statement-breakpoint
CREATE TABLE `plugin_review` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`created_by` text NOT NULL,
	`source_url` text NOT NULL,
	`content_hash` text NOT NULL,
	`manifest` text NOT NULL,
	`warnings` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `plugin_review_org` ON `plugin_review` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `plugin_review_age` ON `plugin_review` (`expires_at`);--> statement-breakpoint
CREATE TABLE `plugin_secret` (
	`id` text PRIMARY KEY NOT NULL,
	`installation_id` text NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`secret_sealed` text,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_secret_version` ON `plugin_secret` (`installation_id`,`version`);--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_secret_current` ON `plugin_secret` (`installation_id`) WHERE "plugin_secret"."status" = 'current';--> statement-breakpoint
CREATE TABLE `plugin_version` (
	`id` text PRIMARY KEY NOT NULL,
	`plugin_id` text NOT NULL,
	`content_hash` text NOT NULL,
	`version` text NOT NULL,
	`manifest` text NOT NULL,
	`source_url` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`plugin_id`) REFERENCES `plugin`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_version_content` ON `plugin_version` (`plugin_id`,`content_hash`);--> statement-breakpoint
CREATE TABLE `tool_call` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text,
	`plugin_slug` text,
	`tool` text NOT NULL,
	`status` text NOT NULL,
	`gate` text,
	`error_code` text,
	`http_status` integer,
	`latency_ms` integer NOT NULL,
	`attempts` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`request_id` text NOT NULL,
	`input` text,
	`output` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tool_call_org` ON `tool_call` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `tool_call_instance` ON `tool_call` (`organization_id`,`instance_id`,`id`);--> statement-breakpoint
CREATE INDEX `tool_call_installation` ON `tool_call` (`organization_id`,`installation_id`,`id`);--> statement-breakpoint
CREATE INDEX `tool_call_age` ON `tool_call` (`created_at`);--> statement-breakpoint
CREATE TABLE `api_token` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`created_by_user_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`hint` text NOT NULL,
	`scopes` text NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_token_hash` ON `api_token` (`token_hash`);--> statement-breakpoint
CREATE INDEX `api_token_org` ON `api_token` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit_entry` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`action` text NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`detail` text NOT NULL,
	`request_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_entry_org` ON `audit_entry` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entry_subject` ON `audit_entry` (`organization_id`,`subject_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entry_age` ON `audit_entry` (`created_at`);--> statement-breakpoint
CREATE TABLE `dead_letter` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text,
	`queue` text NOT NULL,
	`message_id` text NOT NULL,
	`body` text NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	`replayed_at` integer,
	`discarded_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dead_letter_message` ON `dead_letter` (`queue`,`message_id`);--> statement-breakpoint
CREATE INDEX `dead_letter_org` ON `dead_letter` (`organization_id`,`id`) WHERE "dead_letter"."replayed_at" is null and "dead_letter"."discarded_at" is null;--> statement-breakpoint
CREATE TABLE `gateway_key` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text,
	`created_by` text NOT NULL,
	`name` text NOT NULL,
	`key_hash` text NOT NULL,
	`hint` text NOT NULL,
	`requests_per_minute` integer,
	`tokens_per_day` integer,
	`expires_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `gateway_key_hash` ON `gateway_key` (`key_hash`);--> statement-breakpoint
CREATE INDEX `gateway_key_org` ON `gateway_key` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `instance` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`channel` text NOT NULL,
	`phone_number` text,
	`channel_config_sealed` text,
	`system_prompt` text DEFAULT '' NOT NULL,
	`templates` text DEFAULT '[]' NOT NULL,
	`slash_commands` integer DEFAULT false NOT NULL,
	`enabled_plugin_ids` text,
	`escalation_wait_minutes` integer DEFAULT 10,
	`approvers_sealed` text,
	`approval_minutes` integer DEFAULT 15 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `instance_org` ON `instance` (`organization_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `instance_phone` ON `instance` (`organization_id`,`channel`,`phone_number`);
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
CREATE INDEX `provider_key_key_sealed` ON `provider_key` (substr("key_sealed", 1, 3 + instr(substr("key_sealed", 4), '.'))) WHERE "provider_key"."key_sealed" <> '';--> statement-breakpoint
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
CREATE INDEX `approval_payload_sealed` ON `approval` (substr("payload_sealed", 1, 3 + instr(substr("payload_sealed", 4), '.'))) WHERE "approval"."payload_sealed" <> '';--> statement-breakpoint
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
CREATE TABLE `bridge_call` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`plugin_slug` text NOT NULL,
	`operation` text NOT NULL,
	`status` text NOT NULL,
	`gate` text,
	`code` text,
	`http_status` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`call_id` text,
	`key_hash` text,
	`request_id` text NOT NULL,
	`input` text,
	`output` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `bridge_call_org` ON `bridge_call` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `bridge_call_installation` ON `bridge_call` (`organization_id`,`installation_id`,`id`);--> statement-breakpoint
CREATE INDEX `bridge_call_age` ON `bridge_call` (`created_at`);--> statement-breakpoint
CREATE TABLE `idempotency_key` (
	`installation_id` text NOT NULL,
	`key_hash` text NOT NULL,
	`organization_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` text NOT NULL,
	`lease_id` text NOT NULL,
	`lease_until` integer NOT NULL,
	`http_status` integer,
	`answer` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	PRIMARY KEY(`installation_id`, `key_hash`),
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `idempotency_key_age` ON `idempotency_key` (`expires_at`) WHERE "idempotency_key"."expires_at" is not null;--> statement-breakpoint
CREATE TABLE `plugin_contact` (
	`installation_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`user_id` text NOT NULL,
	`organization_id` text NOT NULL,
	`chat_object_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plugin_contact_user` ON `plugin_contact` (`installation_id`,`instance_id`,`user_id`);--> statement-breakpoint
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
CREATE INDEX `chat_phone_sealed` ON `chat` (substr("phone_sealed", 1, 3 + instr(substr("phone_sealed", 4), '.'))) WHERE "chat"."phone_sealed" <> '';--> statement-breakpoint
CREATE TABLE `after_sales` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`order_id` text NOT NULL,
	`installation_id` text,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`items` text,
	`resolution` text,
	`resolved_by_kind` text,
	`resolved_by_id` text,
	`resolved_at` integer,
	`idempotency_scope` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`order_id`) REFERENCES `customer_order`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "after_sales_state_known" CHECK("after_sales"."state" in ('open', 'accepted', 'declined'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `after_sales_key` ON `after_sales` (`idempotency_scope`,`idempotency_key`);--> statement-breakpoint
CREATE INDEX `after_sales_org` ON `after_sales` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `after_sales_order` ON `after_sales` (`order_id`,`id`);--> statement-breakpoint
CREATE TABLE `catalog_item` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`sku` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`unit_amount` integer NOT NULL,
	`currency` text NOT NULL,
	`stock` integer,
	`image_url` text,
	`details` text,
	`state` text NOT NULL,
	`retired_by` text,
	`imported_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "catalog_item_state_known" CHECK("catalog_item"."state" in ('offered', 'imported', 'retired')),
	CONSTRAINT "catalog_item_stock_positive" CHECK("catalog_item"."stock" is null or "catalog_item"."stock" >= 0),
	CONSTRAINT "catalog_item_retired_by" CHECK(("catalog_item"."retired_by" is null) = ("catalog_item"."state" <> 'retired'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_item_sku` ON `catalog_item` (`installation_id`,`sku`);--> statement-breakpoint
CREATE INDEX `catalog_item_org` ON `catalog_item` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `catalog_setting` (
	`installation_id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`imports_itself` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `commerce_setting` (
	`organization_id` text PRIMARY KEY NOT NULL,
	`order_prefix` text NOT NULL,
	`unpaid_hours` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `customer_order` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text,
	`chat_object_id` text NOT NULL,
	`customer_phone_sealed` text NOT NULL,
	`number` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`items` text NOT NULL,
	`order_details` text,
	`note` text,
	`customer_name` text,
	`state` text NOT NULL,
	`attention` text,
	`payment_id` text,
	`paid_at` integer,
	`expires_at` integer,
	`idempotency_scope` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`payment_id`) REFERENCES `payment`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "customer_order_state_known" CHECK("customer_order"."state" in ('placed', 'awaiting_payment', 'paid', 'preparing', 'ready', 'dispatched', 'completed', 'cancelled', 'refunded')),
	CONSTRAINT "customer_order_amount_positive" CHECK("customer_order"."amount" > 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customer_order_key` ON `customer_order` (`idempotency_scope`,`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_order_number` ON `customer_order` (`organization_id`,`number`);--> statement-breakpoint
CREATE INDEX `customer_order_org` ON `customer_order` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `customer_order_org_state` ON `customer_order` (`organization_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `customer_order_payment` ON `customer_order` (`payment_id`);--> statement-breakpoint
CREATE INDEX `customer_order_due` ON `customer_order` (`expires_at`) WHERE "customer_order"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX `customer_order_customer_phone_sealed` ON `customer_order` (substr("customer_phone_sealed", 1, 3 + instr(substr("customer_phone_sealed", 4), '.'))) WHERE "customer_order"."customer_phone_sealed" <> '';--> statement-breakpoint
CREATE TABLE `order_change` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`order_id` text NOT NULL,
	`state_before` text,
	`state_after` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`note` text,
	`idempotency_key` text,
	`told_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `customer_order`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `order_change_state` ON `order_change` (`order_id`,`state_after`);--> statement-breakpoint
CREATE INDEX `order_change_untold` ON `order_change` (`created_at`) WHERE "order_change"."told_at" is null;--> statement-breakpoint
CREATE TABLE `order_checkout` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`order_id` text NOT NULL,
	`payment_scope` text NOT NULL,
	`payment_key` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`ended_at` integer,
	`raised_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`order_id`) REFERENCES `customer_order`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `order_checkout_key` ON `order_checkout` (`payment_scope`,`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `order_checkout_payment` ON `order_checkout` (`payment_scope`,`payment_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `order_checkout_open` ON `order_checkout` (`order_id`) WHERE "order_checkout"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `order_checkout_order` ON `order_checkout` (`order_id`,`id`);--> statement-breakpoint
CREATE TABLE `delivery` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`delivery_id` text NOT NULL,
	`installation_id` text,
	`kind` text NOT NULL,
	`decision` text NOT NULL,
	`reason` text NOT NULL,
	`until` integer,
	`decided_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `delivery_org` ON `delivery` (`organization_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `delivery_instance` ON `delivery` (`organization_id`,`instance_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `delivery_installation` ON `delivery` (`organization_id`,`installation_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `delivery_age` ON `delivery` (`created_at`);--> statement-breakpoint
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
CREATE TABLE `event` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`type` text NOT NULL,
	`subject_id` text NOT NULL,
	`installation_id` text,
	`data` text NOT NULL,
	`dedupe_key` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_key` ON `event` (`organization_id`,`dedupe_key`);--> statement-breakpoint
CREATE INDEX `event_org` ON `event` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `event_subject` ON `event` (`organization_id`,`subject_id`,`id`);--> statement-breakpoint
CREATE INDEX `event_age` ON `event` (`created_at`);--> statement-breakpoint
CREATE TABLE `event_delivery` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`event_id` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text NOT NULL,
	`subject_id` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`first_attempt_at` integer,
	`next_attempt_at` integer,
	`last_status` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`delivered_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`event_id`) REFERENCES `event`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_delivery_target` ON `event_delivery` (`event_id`,`target_id`);--> statement-breakpoint
CREATE INDEX `event_delivery_org` ON `event_delivery` (`organization_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `event_delivery_due` ON `event_delivery` (`next_attempt_at`) WHERE "event_delivery"."state" = 'pending';--> statement-breakpoint
CREATE INDEX `event_delivery_order` ON `event_delivery` (`target_id`,`subject_id`,`id`) WHERE "event_delivery"."state" = 'pending';--> statement-breakpoint
CREATE TABLE `event_endpoint` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`url` text NOT NULL,
	`description` text NOT NULL,
	`types` text NOT NULL,
	`status` text NOT NULL,
	`secret_sealed` text NOT NULL,
	`old_secret_sealed` text,
	`old_secret_ends_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `event_endpoint_org` ON `event_endpoint` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `event_endpoint_secret_sealed` ON `event_endpoint` (substr("secret_sealed", 1, 3 + instr(substr("secret_sealed", 4), '.'))) WHERE "event_endpoint"."secret_sealed" <> '';--> statement-breakpoint
CREATE INDEX `event_endpoint_old_secret_sealed` ON `event_endpoint` (substr("old_secret_sealed", 1, 3 + instr(substr("old_secret_sealed", 4), '.'))) WHERE "event_endpoint"."old_secret_sealed" <> '';--> statement-breakpoint
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
CREATE TABLE `master_key` (
	`id` text PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`since` integer NOT NULL,
	`left` integer NOT NULL,
	`may_be_removed` integer NOT NULL,
	`counted_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `obligation` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`source` text NOT NULL,
	`external_id` text NOT NULL,
	`title` text NOT NULL,
	`message` text NOT NULL,
	`action` text NOT NULL,
	`due_at` integer NOT NULL,
	`scope` text NOT NULL,
	`user_id` text,
	`phone_sealed` text,
	`chat_object_id` text,
	`urgency` text,
	`template` text,
	`when_closed` text,
	`every_hours` integer,
	`round` integer DEFAULT 1 NOT NULL,
	`times_left` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`next_act_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`remove_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `obligation_slot` ON `obligation` (`installation_id`,`external_id`,`due_at`);--> statement-breakpoint
CREATE INDEX `obligation_due` ON `obligation` (`next_act_at`) WHERE "obligation"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `obligation_lane` ON `obligation` (`installation_id`,`next_act_at`) WHERE "obligation"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `obligation_coming` ON `obligation` (`organization_id`,`next_act_at`,`id`) WHERE "obligation"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `obligation_repeated` ON `obligation` (`organization_id`,`id`) WHERE "obligation"."state" = 'waiting' and "obligation"."every_hours" is not null;--> statement-breakpoint
CREATE INDEX `obligation_chat` ON `obligation` (`chat_object_id`,`id`) WHERE "obligation"."chat_object_id" is not null;--> statement-breakpoint
CREATE INDEX `obligation_over` ON `obligation` (`remove_at`) WHERE "obligation"."remove_at" is not null;--> statement-breakpoint
CREATE INDEX `obligation_org` ON `obligation` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `obligation_phone_sealed` ON `obligation` (substr("phone_sealed", 1, 3 + instr(substr("phone_sealed", 4), '.'))) WHERE "obligation"."phone_sealed" <> '';--> statement-breakpoint
CREATE TABLE `obligation_change` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`obligation_id` text NOT NULL,
	`round` integer NOT NULL,
	`what` text NOT NULL,
	`reason` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`obligation_id`) REFERENCES `obligation`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `obligation_change_of` ON `obligation_change` (`obligation_id`,`id`);--> statement-breakpoint
CREATE INDEX `obligation_change_end` ON `obligation_change` (`organization_id`,`created_at`,`obligation_id`) WHERE "obligation_change"."what" <> 'held';--> statement-breakpoint
CREATE TABLE `obligation_poll` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text NOT NULL,
	`interval_minutes` integer NOT NULL,
	`next_poll_at` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`last_polled_at` integer,
	`last_succeeded_at` integer,
	`last_error` text,
	`last_listed` integer DEFAULT 0 NOT NULL,
	`last_added` integer DEFAULT 0 NOT NULL,
	`last_dropped` integer DEFAULT 0 NOT NULL,
	`problems` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `obligation_poll_grant` ON `obligation_poll` (`instance_id`,`installation_id`);--> statement-breakpoint
CREATE INDEX `obligation_poll_due` ON `obligation_poll` (`next_poll_at`) WHERE "obligation_poll"."next_poll_at" is not null;--> statement-breakpoint
CREATE INDEX `obligation_poll_lane` ON `obligation_poll` (`installation_id`,`next_poll_at`) WHERE "obligation_poll"."next_poll_at" is not null;--> statement-breakpoint
CREATE INDEX `obligation_poll_org` ON `obligation_poll` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `payment` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text,
	`requested_by_kind` text NOT NULL,
	`requested_by_id` text NOT NULL,
	`chat_object_id` text NOT NULL,
	`payer_phone_sealed` text NOT NULL,
	`payer_hash` text NOT NULL,
	`prompt_for` text,
	`provider` text NOT NULL,
	`account_id` text,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`order_reference` text NOT NULL,
	`description` text NOT NULL,
	`items` text,
	`order_details` text,
	`reference` text NOT NULL,
	`state` text NOT NULL,
	`failure` text,
	`provider_id` text,
	`checkout_url` text,
	`link_sent_at` integer,
	`receipt_number` text,
	`callback_secret_sealed` text NOT NULL,
	`refund_reserved` integer DEFAULT 0 NOT NULL,
	`refunded_amount` integer DEFAULT 0 NOT NULL,
	`attention` text,
	`idempotency_scope` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`expires_at` integer NOT NULL,
	`next_check_at` integer,
	`checks` integer DEFAULT 0 NOT NULL,
	`settled_at` integer,
	`follow_up_at` integer,
	`follow_up_tries` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`account_id`) REFERENCES `payment_account`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "payment_state_known" CHECK("payment"."state" in ('created', 'pending', 'unknown', 'succeeded', 'failed', 'expired', 'cancelled')),
	CONSTRAINT "payment_provider_known" CHECK("payment"."provider" in ('sandbox', 'mpesa', 'paystack')),
	CONSTRAINT "payment_amount_positive" CHECK("payment"."amount" > 0),
	CONSTRAINT "payment_refunds_within_amount" CHECK("payment"."refunded_amount" >= 0 and "payment"."refunded_amount" <= "payment"."refund_reserved" and "payment"."refund_reserved" <= "payment"."amount"),
	CONSTRAINT "payment_refunds_of_paid_only" CHECK("payment"."refund_reserved" = 0 or "payment"."state" = 'succeeded'),
	CONSTRAINT "payment_settled_in_time" CHECK(("payment"."settled_at" is null) = ("payment"."state" in ('created', 'pending', 'unknown')))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_key` ON `payment` (`idempotency_scope`,`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_reference` ON `payment` (`reference`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_provider_id` ON `payment` (`provider`,`provider_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_prompt` ON `payment` (`prompt_for`) WHERE "payment"."prompt_for" is not null;--> statement-breakpoint
CREATE INDEX `payment_org` ON `payment` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `payment_org_state` ON `payment` (`organization_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `payment_org_order` ON `payment` (`organization_id`,`order_reference`,`id`);--> statement-breakpoint
CREATE INDEX `payment_org_settled` ON `payment` (`organization_id`,`settled_at`);--> statement-breakpoint
CREATE INDEX `payment_due` ON `payment` (`next_check_at`) WHERE "payment"."next_check_at" is not null;--> statement-breakpoint
CREATE INDEX `payment_follow_up` ON `payment` (`follow_up_at`) WHERE "payment"."follow_up_at" is not null;--> statement-breakpoint
CREATE INDEX `payment_payer_phone_sealed` ON `payment` (substr("payer_phone_sealed", 1, 3 + instr(substr("payer_phone_sealed", 4), '.'))) WHERE "payment"."payer_phone_sealed" <> '';--> statement-breakpoint
CREATE INDEX `payment_callback_secret_sealed` ON `payment` (substr("callback_secret_sealed", 1, 3 + instr(substr("callback_secret_sealed", 4), '.'))) WHERE "payment"."callback_secret_sealed" <> '';--> statement-breakpoint
CREATE TABLE `payment_account` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`provider` text NOT NULL,
	`name` text NOT NULL,
	`credentials_sealed` text,
	`callback_secret_sealed` text NOT NULL,
	`is_default` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "payment_account_provider" CHECK("payment_account"."provider" in ('sandbox', 'mpesa', 'paystack'))
);
--> statement-breakpoint
CREATE INDEX `payment_account_org` ON `payment_account` (`organization_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_account_default` ON `payment_account` (`organization_id`) WHERE "payment_account"."is_default" = 1 and "payment_account"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `payment_account_credentials_sealed` ON `payment_account` (substr("credentials_sealed", 1, 3 + instr(substr("credentials_sealed", 4), '.'))) WHERE "payment_account"."credentials_sealed" <> '';--> statement-breakpoint
CREATE INDEX `payment_account_callback_secret_sealed` ON `payment_account` (substr("callback_secret_sealed", 1, 3 + instr(substr("callback_secret_sealed", 4), '.'))) WHERE "payment_account"."callback_secret_sealed" <> '';--> statement-breakpoint
CREATE TABLE `payment_event` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`payment_id` text NOT NULL,
	`refund_id` text,
	`source` text NOT NULL,
	`event_key` text NOT NULL,
	`outcome` text NOT NULL,
	`provider_code` text NOT NULL,
	`state_before` text NOT NULL,
	`state_after` text NOT NULL,
	`doubt` text,
	`body` text,
	`seen` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	FOREIGN KEY (`payment_id`) REFERENCES `payment`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`refund_id`) REFERENCES `refund`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_event_key` ON `payment_event` (`payment_id`,`event_key`);--> statement-breakpoint
CREATE TABLE `refund` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`payment_id` text NOT NULL,
	`installation_id` text,
	`requested_by_kind` text NOT NULL,
	`requested_by_id` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`reason` text NOT NULL,
	`state` text NOT NULL,
	`failure` text,
	`provider_id` text,
	`callback_secret_sealed` text NOT NULL,
	`attention` text,
	`idempotency_scope` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`decided_by_kind` text,
	`decided_by_id` text,
	`decided_at` integer,
	`decision_note` text,
	`next_check_at` integer,
	`checks` integer DEFAULT 0 NOT NULL,
	`settled_at` integer,
	`follow_up_at` integer,
	`follow_up_tries` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`payment_id`) REFERENCES `payment`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`installation_id`) REFERENCES `installation`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "refund_state_known" CHECK("refund"."state" in ('requested', 'approved', 'rejected', 'processing', 'unknown', 'succeeded', 'failed')),
	CONSTRAINT "refund_amount_positive" CHECK("refund"."amount" > 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `refund_key` ON `refund` (`idempotency_scope`,`idempotency_key`);--> statement-breakpoint
CREATE INDEX `refund_provider_id` ON `refund` (`provider_id`);--> statement-breakpoint
CREATE INDEX `refund_payment` ON `refund` (`payment_id`,`id`);--> statement-breakpoint
CREATE INDEX `refund_org` ON `refund` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `refund_due` ON `refund` (`next_check_at`) WHERE "refund"."next_check_at" is not null;--> statement-breakpoint
CREATE INDEX `refund_follow_up` ON `refund` (`follow_up_at`) WHERE "refund"."follow_up_at" is not null;--> statement-breakpoint
CREATE INDEX `refund_callback_secret_sealed` ON `refund` (substr("callback_secret_sealed", 1, 3 + instr(substr("callback_secret_sealed", 4), '.'))) WHERE "refund"."callback_secret_sealed" <> '';--> statement-breakpoint
CREATE TABLE `sandbox_charge` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`reference` text,
	`callback_url_sealed` text NOT NULL,
	`callback_at` integer,
	`callback_step` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sandbox_charge_subject` ON `sandbox_charge` (`subject_id`);--> statement-breakpoint
CREATE INDEX `sandbox_charge_callback_url_sealed` ON `sandbox_charge` (substr("callback_url_sealed", 1, 3 + instr(substr("callback_url_sealed", 4), '.'))) WHERE "sandbox_charge"."callback_url_sealed" <> '';--> statement-breakpoint
CREATE INDEX `sandbox_charge_due` ON `sandbox_charge` (`callback_at`) WHERE "sandbox_charge"."callback_at" is not null;--> statement-breakpoint
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
CREATE INDEX `installation_changed` ON `installation` (`updated_at`);--> statement-breakpoint
CREATE INDEX `installation_config_sealed` ON `installation` (substr("config_sealed", 1, 3 + instr(substr("config_sealed", 4), '.'))) WHERE "installation"."config_sealed" <> '';--> statement-breakpoint
CREATE INDEX `installation_user_hash_key_sealed` ON `installation` (substr("user_hash_key_sealed", 1, 3 + instr(substr("user_hash_key_sealed", 4), '.'))) WHERE "installation"."user_hash_key_sealed" <> '';--> statement-breakpoint
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
CREATE INDEX `instance_grant_changed` ON `instance_grant` (`updated_at`);--> statement-breakpoint
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
CREATE INDEX `plugin_secret_secret_sealed` ON `plugin_secret` (substr("secret_sealed", 1, 3 + instr(substr("secret_sealed", 4), '.'))) WHERE "plugin_secret"."secret_sealed" <> '';--> statement-breakpoint
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
CREATE TABLE `business_profile` (
	`organization_id` text PRIMARY KEY NOT NULL,
	`profile` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `number_series` (
	`organization_id` text NOT NULL,
	`series` text NOT NULL,
	`next` integer NOT NULL,
	PRIMARY KEY(`organization_id`, `series`),
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `receipt` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`subject_id` text NOT NULL,
	`payment_id` text NOT NULL,
	`refund_id` text,
	`number` text NOT NULL,
	`content` text NOT NULL,
	`sends` integer DEFAULT 0 NOT NULL,
	`send_state` text,
	`send_error` text,
	`sent_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`payment_id`) REFERENCES `payment`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`refund_id`) REFERENCES `refund`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `receipt_subject` ON `receipt` (`subject_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `receipt_number` ON `receipt` (`organization_id`,`number`);--> statement-breakpoint
CREATE INDEX `receipt_org` ON `receipt` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `receipt_payment` ON `receipt` (`payment_id`);--> statement-breakpoint
CREATE TABLE `scheduled_message` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`instance_id` text NOT NULL,
	`installation_id` text,
	`owner_id` text NOT NULL,
	`created_by_kind` text NOT NULL,
	`created_by_id` text NOT NULL,
	`idempotency_key` text,
	`chat_object_id` text NOT NULL,
	`phone_sealed` text NOT NULL,
	`permission` text,
	`text` text NOT NULL,
	`template` text,
	`wall_clock` integer NOT NULL,
	`time_zone` text NOT NULL,
	`when_twice` text NOT NULL,
	`is_local` integer NOT NULL,
	`recurrence` text,
	`step` integer NOT NULL,
	`steps` integer NOT NULL,
	`occurrence` integer NOT NULL,
	`send_at` integer NOT NULL,
	`send_if_late_by` integer NOT NULL,
	`is_urgent` integer NOT NULL,
	`when_closed` text,
	`state` text NOT NULL,
	`reason` text,
	`due_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`instance_id`) REFERENCES `instance`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `scheduled_message_due` ON `scheduled_message` (`due_at`,`id`,`organization_id`) WHERE "scheduled_message"."due_at" is not null;--> statement-breakpoint
CREATE INDEX `scheduled_message_waiting` ON `scheduled_message` (`owner_id`,`send_at`,`id`) WHERE "scheduled_message"."due_at" is not null;--> statement-breakpoint
CREATE INDEX `scheduled_message_number` ON `scheduled_message` (`instance_id`,`send_at`,`id`) WHERE "scheduled_message"."due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `scheduled_message_key` ON `scheduled_message` (`owner_id`,`idempotency_key`) WHERE "scheduled_message"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX `scheduled_message_org` ON `scheduled_message` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `scheduled_message_coming` ON `scheduled_message` (`organization_id`,`send_at`,`id`) WHERE "scheduled_message"."due_at" is not null;--> statement-breakpoint
CREATE INDEX `scheduled_message_recurring` ON `scheduled_message` (`organization_id`,`send_at`) WHERE "scheduled_message"."due_at" is not null and "scheduled_message"."recurrence" is not null;--> statement-breakpoint
CREATE INDEX `scheduled_message_owner` ON `scheduled_message` (`owner_id`,`id`);--> statement-breakpoint
CREATE INDEX `scheduled_message_ended` ON `scheduled_message` (`updated_at`) WHERE "scheduled_message"."due_at" is null;--> statement-breakpoint
CREATE INDEX `scheduled_message_chat` ON `scheduled_message` (`chat_object_id`,`id`);--> statement-breakpoint
CREATE INDEX `scheduled_message_phone_sealed` ON `scheduled_message` (substr("phone_sealed", 1, 3 + instr(substr("phone_sealed", 4), '.'))) WHERE "scheduled_message"."phone_sealed" <> '';--> statement-breakpoint
CREATE TABLE `scheduled_outcome` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`scheduled_message_id` text NOT NULL,
	`occurrence` integer NOT NULL,
	`text` text NOT NULL,
	`send_at` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`ended_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`scheduled_message_id`) REFERENCES `scheduled_message`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `scheduled_outcome_message` ON `scheduled_outcome` (`scheduled_message_id`,`occurrence`);--> statement-breakpoint
CREATE INDEX `scheduled_outcome_org` ON `scheduled_outcome` (`organization_id`,`send_at`,`scheduled_message_id`);--> statement-breakpoint
CREATE INDEX `scheduled_outcome_age` ON `scheduled_outcome` (`ended_at`);--> statement-breakpoint
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
	`delivery` text DEFAULT '{"optOutWords":["STOP","UNSUBSCRIBE","ACHA"],"optInWords":["START","ANZA"],"quietHours":null,"dailyCapPerCustomer":20,"dailyCapPerPlugin":10,"duplicateWindowMinutes":60}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organization`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `instance_org` ON `instance` (`organization_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `instance_phone` ON `instance` (`organization_id`,`channel`,`phone_number`);--> statement-breakpoint
CREATE INDEX `instance_channel_config_sealed` ON `instance` (substr("channel_config_sealed", 1, 3 + instr(substr("channel_config_sealed", 4), '.'))) WHERE "instance"."channel_config_sealed" <> '';--> statement-breakpoint
CREATE INDEX `instance_approvers_sealed` ON `instance` (substr("approvers_sealed", 1, 3 + instr(substr("approvers_sealed", 4), '.'))) WHERE "instance"."approvers_sealed" <> '';
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
ALTER TABLE `gateway_key` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `gateway_key` ADD `tokens_per_day` integer;
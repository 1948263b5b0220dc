// Where references of the configuration prove that data moves: see terraform.h.
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/importers/terraform_context.h"

namespace metapowers::importers::terraform {

namespace {

// From what one path refers to to what another does; an empty path is the resource itself.
struct FlowRule {
  absl::string_view type;
  absl::string_view from;
  absl::string_view to;
  absl::string_view purpose;
};

constexpr FlowRule kFlowRules[] = {
    // Amazon Web Services.
    {"aws_lambda_event_source_mapping", "event_source_arn", "function_name", "events"},
    {"aws_lambda_function", "", "dead_letter_config.target_arn", "failed events"},
    {"aws_lambda_function", "", "environment.variables", "named in an environment variable"},
    {"aws_lambda_function", "", "file_system_config.arn", "mounted"},
    {"aws_lambda_function_event_invoke_config", "function_name", "destination_config.on_success.destination",
     "results"},
    {"aws_lambda_function_event_invoke_config", "function_name", "destination_config.on_failure.destination",
     "failed events"},
    {"aws_kinesis_firehose_delivery_stream", "kinesis_source_configuration.kinesis_stream_arn", "", "stream"},
    {"aws_kinesis_firehose_delivery_stream", "", "s3_configuration.bucket_arn", "delivery"},
    {"aws_kinesis_firehose_delivery_stream", "", "extended_s3_configuration.bucket_arn", "delivery"},
    {"aws_kinesis_firehose_delivery_stream", "", "extended_s3_configuration.s3_backup_configuration.bucket_arn",
     "backup"},
    {"aws_kinesis_firehose_delivery_stream", "", "extended_s3_configuration.processing_configuration.processors",
     "transformation"},
    {"aws_kinesis_firehose_delivery_stream", "", "redshift_configuration.cluster_jdbcurl", "delivery"},
    {"aws_kinesis_firehose_delivery_stream", "", "redshift_configuration.s3_configuration.bucket_arn", "delivery"},
    {"aws_kinesis_firehose_delivery_stream", "", "elasticsearch_configuration.domain_arn", "delivery"},
    {"aws_kinesis_firehose_delivery_stream", "", "opensearch_configuration.domain_arn", "delivery"},
    {"aws_dynamodb_kinesis_streaming_destination", "table_name", "stream_arn", "changes"},
    {"aws_api_gateway_integration", "rest_api_id", "uri", "requests"},
    {"aws_api_gateway_authorizer", "rest_api_id", "authorizer_uri", "authorization of requests"},
    {"aws_api_gateway_authorizer", "rest_api_id", "provider_arns", "authorization of requests"},
    {"aws_api_gateway_stage", "rest_api_id", "access_log_settings.destination_arn", "access logs"},
    {"aws_apigatewayv2_integration", "api_id", "integration_uri", "requests"},
    {"aws_apigatewayv2_authorizer", "api_id", "authorizer_uri", "authorization of requests"},
    {"aws_apigatewayv2_authorizer", "api_id", "jwt_configuration.issuer", "authorization of requests"},
    {"aws_apigatewayv2_stage", "api_id", "access_log_settings.destination_arn", "access logs"},
    {"aws_sns_topic_subscription", "topic_arn", "endpoint", "messages"},
    {"aws_sqs_queue", "", "redrive_policy", "failed messages"},
    {"aws_sqs_queue_redrive_policy", "queue_url", "redrive_policy", "failed messages"},
    {"aws_s3_bucket_notification", "bucket", "lambda_function.lambda_function_arn", "notifications"},
    {"aws_s3_bucket_notification", "bucket", "queue.queue_arn", "notifications"},
    {"aws_s3_bucket_notification", "bucket", "topic.topic_arn", "notifications"},
    {"aws_s3_bucket_logging", "bucket", "target_bucket", "access logs"},
    {"aws_s3_bucket_replication_configuration", "bucket", "rule.destination.bucket", "replication"},
    {"aws_s3_bucket", "", "logging.target_bucket", "access logs"},
    {"aws_cloudwatch_event_rule", "event_bus_name", "", "events"},
    {"aws_cloudwatch_event_target", "rule", "arn", "events"},
    {"aws_cloudwatch_log_subscription_filter", "log_group_name", "destination_arn", "logs"},
    {"aws_pipes_pipe", "source", "", "events"},
    {"aws_pipes_pipe", "", "target", "events"},
    {"aws_scheduler_schedule", "", "target.arn", "scheduled calls"},
    {"aws_sfn_state_machine", "", "definition", "calls of the workflow"},
    {"aws_cloudfront_distribution", "", "origin.domain_name", "requests"},
    {"aws_cloudfront_distribution", "", "logging_config.bucket", "access logs"},
    {"aws_cloudtrail", "", "s3_bucket_name", "audit logs"},
    {"aws_cloudtrail", "", "cloud_watch_logs_group_arn", "audit logs"},
    {"aws_lb", "", "access_logs.bucket", "access logs"},
    {"aws_alb", "", "access_logs.bucket", "access logs"},
    {"aws_lb_listener", "load_balancer_arn", "", "requests"},
    {"aws_lb_listener", "", "default_action", "requests"},
    {"aws_alb_listener", "load_balancer_arn", "", "requests"},
    {"aws_alb_listener", "", "default_action", "requests"},
    {"aws_lb_listener_rule", "listener_arn", "action", "requests"},
    {"aws_alb_listener_rule", "listener_arn", "action", "requests"},
    {"aws_lb_target_group_attachment", "target_group_arn", "target_id", "requests"},
    {"aws_alb_target_group_attachment", "target_group_arn", "target_id", "requests"},
    {"aws_autoscaling_attachment", "lb_target_group_arn", "autoscaling_group_name", "requests"},
    {"aws_autoscaling_attachment", "alb_target_group_arn", "autoscaling_group_name", "requests"},
    {"aws_autoscaling_group", "target_group_arns", "", "requests"},
    {"aws_autoscaling_group", "load_balancers", "", "requests"},
    {"aws_elb", "", "instances", "requests"},
    {"aws_elb_attachment", "elb", "instance", "requests"},
    {"aws_ecs_service", "load_balancer.target_group_arn", "", "requests"},
    {"aws_glue_crawler", "", "s3_target.path", "crawled"},
    {"aws_glue_crawler", "", "dynamodb_target.path", "crawled"},
    {"aws_db_proxy", "", "auth.secret_arn", "credentials"},
    // Google Cloud.
    {"google_pubsub_subscription", "topic", "", "messages"},
    {"google_pubsub_subscription", "", "push_config.push_endpoint", "messages"},
    {"google_pubsub_subscription", "", "bigquery_config.table", "messages"},
    {"google_pubsub_subscription", "", "dead_letter_policy.dead_letter_topic", "failed messages"},
    {"google_cloudfunctions_function", "event_trigger.resource", "", "events"},
    {"google_cloudfunctions2_function", "event_trigger.pubsub_topic", "", "events"},
    {"google_cloudfunctions_function", "", "environment_variables", "named in an environment variable"},
    {"google_cloudfunctions2_function", "", "service_config.environment_variables", "named in an environment variable"},
    {"google_cloud_run_v2_service", "", "template.containers.env", "named in an environment variable"},
    {"google_cloud_run_service", "", "template.spec.containers.env", "named in an environment variable"},
    {"google_cloud_run_v2_service", "", "template.volumes.cloud_sql_instance.instances", "database connections"},
    {"google_eventarc_trigger", "transport.pubsub.topic", "", "events"},
    {"google_eventarc_trigger", "", "destination", "events"},
    {"google_cloud_scheduler_job", "", "pubsub_target.topic_name", "scheduled messages"},
    {"google_cloud_scheduler_job", "", "http_target.uri", "scheduled calls"},
    {"google_storage_notification", "bucket", "topic", "notifications"},
    {"google_logging_project_sink", "", "destination", "logs"},
    {"google_compute_global_forwarding_rule", "", "target", "requests"},
    {"google_compute_forwarding_rule", "", "target", "requests"},
    {"google_compute_forwarding_rule", "", "backend_service", "requests"},
    {"google_compute_target_https_proxy", "", "url_map", "requests"},
    {"google_compute_target_http_proxy", "", "url_map", "requests"},
    {"google_compute_region_target_https_proxy", "", "url_map", "requests"},
    {"google_compute_region_target_http_proxy", "", "url_map", "requests"},
    {"google_compute_target_tcp_proxy", "", "backend_service", "requests"},
    {"google_compute_url_map", "", "default_service", "requests"},
    {"google_compute_url_map", "", "path_matcher", "requests"},
    {"google_compute_region_url_map", "", "default_service", "requests"},
    {"google_compute_backend_service", "", "backend.group", "requests"},
    {"google_compute_region_backend_service", "", "backend.group", "requests"},
    {"google_compute_instance_group", "", "instances", "requests"},
    {"google_compute_backend_bucket", "", "bucket_name", "requests"},
    // Azure.
    {"azurerm_linux_web_app", "", "app_settings", "named in an environment variable"},
    {"azurerm_windows_web_app", "", "app_settings", "named in an environment variable"},
    {"azurerm_app_service", "", "app_settings", "named in an environment variable"},
    {"azurerm_function_app", "", "app_settings", "named in an environment variable"},
    {"azurerm_linux_function_app", "", "app_settings", "named in an environment variable"},
    {"azurerm_windows_function_app", "", "app_settings", "named in an environment variable"},
    {"azurerm_linux_web_app", "", "connection_string", "connection string"},
    {"azurerm_windows_web_app", "", "connection_string", "connection string"},
    {"azurerm_app_service", "", "connection_string", "connection string"},
    {"azurerm_linux_function_app", "", "storage_account_name", "state of the functions"},
    {"azurerm_windows_function_app", "", "storage_account_name", "state of the functions"},
    {"azurerm_function_app", "", "storage_account_name", "state of the functions"},
    {"azurerm_container_app", "", "template.container.env", "named in an environment variable"},
    {"azurerm_eventgrid_event_subscription", "scope", "storage_queue_endpoint.storage_account_id", "events"},
    {"azurerm_eventgrid_event_subscription", "scope", "eventhub_endpoint_id", "events"},
    {"azurerm_eventgrid_event_subscription", "scope", "service_bus_queue_endpoint_id", "events"},
    {"azurerm_eventgrid_event_subscription", "scope", "azure_function_endpoint.function_id", "events"},
    {"azurerm_application_gateway", "", "backend_address_pool", "requests"},
    {"azurerm_stream_analytics_job", "", "job_storage_account", "stored results"},
};

struct Edge {
  const Resource* to;
  Spot spot;
  absl::string_view purpose;
};
using Edges = std::map<const Resource*, std::vector<Edge>>;

bool IsConduit(const Resource& resource) {
  const ResourceType* type = FindType(resource.type);
  return type != nullptr && type->role == Role::kConduit;
}

// The ends at one side of a rule: components, and conduits on the way to them.
std::vector<Target> EndsOf(const Context& context, const Resource& resource, absl::string_view path) {
  std::vector<Target> ends;
  if (path.empty()) return {{&resource, context.plan.SpotOf(resource)}};
  for (const Target& target : context.plan.Referred(resource, path)) {
    if (context.ComponentOf(*target.resource) != nullptr || IsConduit(*target.resource)) ends.push_back(target);
  }
  return ends;
}

Edges EdgesOf(const Context& context) {
  std::map<absl::string_view, std::vector<const FlowRule*>> rules;
  for (const FlowRule& rule : kFlowRules) rules[rule.type].push_back(&rule);
  Edges edges;
  for (const Resource& resource : context.plan.resources()) {
    const auto own = rules.find(resource.type);
    if (own == rules.end()) continue;
    for (const FlowRule* rule : own->second) {
      for (const Target& from : EndsOf(context, resource, rule->from)) {
        for (const Target& to : EndsOf(context, resource, rule->to)) {
          // The reference proves the flow, so the flow stands there.
          edges[from.resource].push_back({to.resource, rule->to.empty() ? from.spot : to.spot, rule->purpose});
        }
      }
    }
  }
  for (const Resource* service : OfType(context, "aws_ecs_service")) {
    for (const Target& task : context.plan.Referred(*service, "task_definition")) {
      for (const Target& to : EndsOf(context, *task.resource, "container_definitions")) {
        edges[service].push_back({to.resource, to.spot, "named in the task definition"});
      }
    }
  }
  return edges;
}

// What a flow from a component comes to, and the last conduit on the way.
struct Arrival {
  const Resource* to;
  Spot spot;
  absl::string_view purpose;
  const Resource* through;
};

std::vector<Arrival> ArrivalsOf(const Context& context, const Edges& edges, const Resource& from) {
  std::vector<Arrival> arrivals;
  std::set<const Resource*> passed;
  std::vector<std::pair<const Resource*, const Resource*>> open = {{&from, nullptr}};
  for (size_t i = 0; i < open.size(); ++i) {
    const auto [at, through] = open[i];
    const auto found = edges.find(at);
    if (found == edges.end()) continue;
    for (const Edge& edge : found->second) {
      if (context.ComponentOf(*edge.to) != nullptr) {
        arrivals.push_back({edge.to, edge.spot, edge.purpose, through});
      } else if (passed.insert(edge.to).second) {
        open.emplace_back(edge.to, edge.to);
      }
    }
  }
  return arrivals;
}

// What the group of targets says of the connections to them.
void ReadConduit(const Context& context, const Resource* conduit, Shown<pb::Flow>& flow) {
  if (conduit == nullptr || !absl::StrContains(conduit->type, "target_group")) return;
  const std::string protocol = absl::AsciiStrToLower(context.plan.Text(*conduit, "protocol"));
  if (protocol.empty()) return;
  const Spot spot = SpotOf(context, *conduit, "protocol");
  flow.value.set_protocol(protocol);
  flow.Observed("protocol", spot);
  if (protocol == "https" || protocol == "tls") {
    flow.value.set_transport_security(pb::TRANSPORT_SECURITY_TLS);
    flow.Observed("transport_security", spot);
  } else if (protocol == "http") {
    flow.value.set_transport_security(pb::TRANSPORT_SECURITY_NONE);
    flow.Observed("transport_security", spot);
  }
  const std::optional<double> port = NumberOf(context.plan.Scalar(*conduit, "port"));
  if (!port.has_value() || *port < 1 || *port > 65535) return;
  flow.value.set_port(static_cast<int>(*port));
  flow.Observed("port", SpotOf(context, *conduit, "port"));
}

}  // namespace

void ImportFlows(Context& context) {
  const Edges edges = EdgesOf(context);
  std::set<std::pair<const ShownComponent*, const ShownComponent*>> drawn;
  for (const Resource& from : context.plan.resources()) {
    const ShownComponent* source = context.ComponentOf(from);
    if (source == nullptr) continue;
    for (const Arrival& arrival : ArrivalsOf(context, edges, from)) {
      const ShownComponent* target = context.ComponentOf(*arrival.to);
      if (target == source || !drawn.emplace(source, target).second) continue;
      Shown<pb::Flow>& flow = context.inventory.flows.emplace_back();
      flow.name = absl::StrCat(source->name, " to ", target->name);
      flow.scope = context.scope;
      flow.spot = arrival.spot;
      flow.value.set_name(flow.name);
      flow.value.set_purpose(std::string(arrival.purpose));
      flow.Refers("source", {HandleOf(context, from), "", arrival.spot});
      flow.Refers("target", {HandleOf(context, *arrival.to), "", arrival.spot});
      ReadConduit(context, arrival.through, flow);
      context.inventory.Count("flows");
    }
  }
}

}  // namespace metapowers::importers::terraform

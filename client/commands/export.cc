// export FORMAT.
#include "client/commands.h"
#include "client/commands/exported_files.h"
#include "client/commands/shared.h"
#include "metapowers/v1/export_service.grpc.pb.h"

namespace metapowers::client {

int Export(Session& session, const ExportOptions& options) {
  metapowers::v1::ExportRequest request;
  request.set_topic(session.TopicName(options.topic));
  request.set_format(options.format);
  request.set_revision(options.revision);
  METAPOWERS_STUB(exports, session, metapowers::v1::ExportService);
  metapowers::v1::ExportResponse response;
  const auto context = session.NewContext();
  if (const auto status = exports->Export(context.get(), request, &response); !status.ok()) {
    return session.Fail(status);
  }
  const int result = WriteExported(session, response, options.folder, options.force);
  if (result == kExitOk) {
    session.err() << "of " << response.items() << " " << options.items << " of " << options.topic << " at "
                  << ShortId(response.commit()) << '\n';
  }
  return result;
}

}  // namespace metapowers::client
